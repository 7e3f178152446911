"""Scripts run by their SHA-1, and nobody notices when Redis has forgotten them."""

import pytest

from fiblab.redis import CommandError, Connection, Script

ECHO = Script("echo", "return {KEYS[1], ARGV[1], ARGV[2]}")


async def evalsha_calls(connection: Connection) -> tuple[int, int]:
    """Ask Redis for its calls of EVALSHA and EVAL."""
    stats = await connection.execute("INFO", "commandstats")
    assert isinstance(stats, bytes)
    calls = {
        line.partition(b":")[0]: int(line.partition(b"calls=")[2].partition(b",")[0])
        for line in stats.splitlines()
        if line.startswith(b"cmdstat_eval")
    }
    return calls.get(b"cmdstat_evalsha", 0), calls.get(b"cmdstat_eval", 0)


async def test_keys_and_arguments_arrive(connection: Connection) -> None:
    """A script sees its keys and its arguments, bytes, text and numbers alike."""
    assert await ECHO.run(connection, ["k"], [b"\x00", 7]) == [b"k", b"\x00", b"7"]


async def test_source_is_sent_once(connection: Connection) -> None:
    """Only the first of three runs carries the source."""
    for _ in range(3):
        await ECHO.run(connection, ["k"], ["a", "b"])
    assert await evalsha_calls(connection) == (3, 1)


async def test_flushed_scripts_go_unnoticed(connection: Connection) -> None:
    """SCRIPT FLUSH costs one more transfer of the source and nothing else."""
    await ECHO.run(connection, ["k"], ["a", "b"])
    await connection.execute("SCRIPT", "FLUSH")
    assert await ECHO.run(connection, ["k"], ["a", "b"]) == [b"k", b"a", b"b"]


async def test_script_error_is_a_command_error_and_runs_once(connection: Connection) -> None:
    """An error raised within a script reaches the caller, and the script is not run again."""
    script = Script("fails", "redis.call('INCR', KEYS[1]) return redis.error_reply('OOPS no')")
    await connection.execute("SCRIPT", "LOAD", script.source)
    with pytest.raises(CommandError) as caught:
        await script.run(connection, ["n"], [])
    assert (caught.value.code, caught.value.message) == ("OOPS", "no")
    assert await connection.execute("GET", "n") == b"1"

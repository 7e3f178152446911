"""Many coroutines, one connection: everyone gets the reply to their own command."""

import asyncio
import os
import random
import time

import pytest

from fiblab.redis import CommandError, Connection

from .conftest import connected, unix_address
from .server import RedisServer


async def reads_by_server(connection: Connection) -> int:
    """Ask Redis how often it has read from a socket."""
    stats = await connection.execute("INFO", "stats")
    assert isinstance(stats, bytes)
    lines = dict(line.partition(b":")[::2] for line in stats.splitlines())
    return int(lines[b"total_reads_processed"])


async def set_keys(connection: Connection, count: int) -> None:
    """Let key `k<i>` hold `v<i>`."""
    await asyncio.gather(*(connection.execute("SET", f"k{i}", f"v{i}") for i in range(count)))


async def test_concurrent_commands_get_their_own_replies(connection: Connection) -> None:
    """5,000 commands in flight at once are answered in the order of their callers."""
    await set_keys(connection, 5_000)
    replies = await asyncio.gather(*(connection.execute("GET", f"k{i}") for i in range(5_000)))
    assert replies == [b"v%d" % i for i in range(5_000)]


async def test_commands_of_one_tick_leave_in_one_write(connection: Connection) -> None:
    """100 commands given in one tick of the loop reach Redis as one read, not as 100."""
    before = await reads_by_server(connection)
    await asyncio.gather(*(connection.execute("PING") for _ in range(100)))
    assert await reads_by_server(connection) - before == 2  # the hundred, and this INFO


async def test_cancelled_callers_never_shift_replies(connection: Connection) -> None:
    """In a storm of 20,000 reads with every second caller cancelled at random, no answer strays."""
    await set_keys(connection, 500)
    dice = random.Random(20_260_101)  # noqa: S311 - a repeatable storm
    answered = 0

    async def read(index: int) -> None:
        nonlocal answered
        assert await connection.execute("GET", f"k{index}") == b"v%d" % index
        answered += 1

    for _ in range(200):
        tasks = [asyncio.create_task(read(dice.randrange(500))) for _ in range(100)]
        for _ in range(dice.randrange(6)):  # cancel before, amid and after the exchange
            await asyncio.sleep(0)
        for task in dice.sample(tasks, 50):
            task.cancel()
        outcomes = await asyncio.gather(*tasks, return_exceptions=True)
        assert {type(outcome) for outcome in outcomes} <= {type(None), asyncio.CancelledError}
    assert answered >= 200 * 50


async def test_command_cancelled_before_its_tick_ends_shifts_nothing(
    connection: Connection,
) -> None:
    """A future cancelled at once leaves the replies of its neighbours alone."""
    await set_keys(connection, 3)
    first, second, third = (connection.execute("GET", f"k{i}") for i in range(3))
    second.cancel()
    assert await first == b"v0"
    assert await third == b"v2"


@pytest.mark.parametrize(
    "value",
    [b"", b"\r\n", b"$-1\r\n", b"\x00\xff", bytes(range(256)), "ünï".encode()],
    ids=["empty", "line end", "like a reply", "not UTF-8", "every byte", "UTF-8"],
)
async def test_values_are_binary_safe(connection: Connection, value: bytes) -> None:
    """Keys and values of any bytes come back as they went."""
    await connection.execute("SET", b"key" + value, value)
    assert await connection.execute("GET", b"key" + value) == value


async def test_twenty_megabytes_travel_both_ways(server: RedisServer) -> None:
    """A value of 20 MB is written and read whole, among small commands."""
    value = os.urandom(20_000_000)
    async with connected(unix_address(server.socket), reply_timeout=30.0) as connection:
        replies = await asyncio.gather(
            connection.execute("SET", "small", 1),
            connection.execute("SET", "big", value),
            connection.execute("GET", "small"),
            connection.execute("GET", "big"),
            connection.execute("GET", "small"),
        )
    assert list(replies) == [b"OK", b"OK", b"1", value, b"1"]


async def test_replies_are_not_decoded(connection: Connection) -> None:
    """A status, a number, nothing and a list arrive as bytes, int, None and list."""
    assert await connection.execute("SET", "n", 41) == b"OK"
    assert await connection.execute("INCR", "n") == 42
    assert await connection.execute("GET", "absent") is None
    assert await connection.execute("MGET", "n", "absent") == [b"42", None]


async def test_error_reply_reaches_its_caller_alone(connection: Connection) -> None:
    """A server's error reply becomes a CommandError with its code; the neighbours succeed."""
    before, error, after = await asyncio.gather(
        connection.execute("SET", "text", "x"),
        connection.execute("LPUSH", "text", "y"),
        connection.execute("GET", "text"),
        return_exceptions=True,
    )
    assert isinstance(error, CommandError)
    assert error.code == "WRONGTYPE"
    assert "wrong kind of value" in error.message
    assert (before, after) == (b"OK", b"x")


async def test_error_within_a_list_stays_in_the_list(connection: Connection) -> None:
    """EXEC's reply keeps the error of one command beside the replies of the others."""
    *_, reply = await asyncio.gather(
        *(
            connection.execute(*command)
            for command in (["MULTI"], ["INCR", "n"], ["LPUSH", "n", 1])
        ),
        connection.execute("EXEC"),
    )
    assert isinstance(reply, list)
    assert reply[0] == 1
    assert isinstance(reply[1], CommandError)


async def test_unsendable_argument_takes_no_place_in_line(connection: Connection) -> None:
    """An argument of a wrong type raises TypeError, and the next reply is still the right one."""
    with pytest.raises(TypeError):
        connection.execute("SET", "key", None)  # type: ignore[arg-type] # the mistake under test
    assert await connection.execute("ECHO", "next") == b"next"


async def test_held_up_loop_does_not_blame_redis(server: RedisServer) -> None:
    """A reply that came while this process stood still is read, not called late."""
    value = bytes(5_000_000)  # more than the loop reads from a socket at once
    async with connected(unix_address(server.socket), reply_timeout=0.2) as connection:
        await connection.execute("SET", "key", value)
        reply = connection.execute("GET", "key")
        await asyncio.sleep(0)  # lets the command leave
        time.sleep(0.5)  # noqa: ASYNC251 - the fault itself: nothing runs in this process
        assert await reply == value
        assert connection.connected

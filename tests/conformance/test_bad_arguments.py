"""Scripts called by a program with a mistake: refused whole, for Lua keeps what was written."""

import re
from collections.abc import Awaitable, Callable, Sequence

import pytest

from fiblab.queue import Claimant, Failure, Heartbeat, Lease, Queue
from fiblab.redis import CommandError, Connection, Reply, Script

from .conftest import Claim, light
from .raw_state import expire_lease, read

#: What no integer may be, though Redis would run a script until it needs that integer.
NO_INTEGERS = ("many", "1.5", "")

CLAIMANT = Claimant("worker", ("light", "heavy"), "token")
HOPELESS = Failure("bad_payload", "no number", retryable=False)

#: Every verb that takes a number, with all to do that it ever does.
CALLS: dict[str, Callable[[Queue, Lease], Awaitable[object]]] = {
    "enqueue": lambda queue, _: queue.enqueue(light("new")),
    "claim": lambda queue, _: queue.claim(CLAIMANT, 9),
    "complete": lambda queue, lease: queue.complete([lease]),
    "complete_and_claim": lambda queue, lease: queue.complete_and_claim([lease], CLAIMANT, 9),
    "heartbeat": lambda queue, lease: queue.heartbeat([Heartbeat(lease, 0.5)]),
    "fail": lambda queue, lease: queue.fail(lease, HOPELESS),
    "release": lambda queue, lease: queue.release([lease]),
    "requeue": lambda queue, _: queue.requeue(["dead"]),
    "discard": lambda queue, _: queue.discard(["dead"]),
}

run = Script.run


def spoilt(script: Script, arguments: Sequence[bytes | str | int]) -> list[list[bytes | str | int]]:
    """Put what is no integer in the place of each integer that the script reads, one at a time."""
    places = sorted({int(place) for place in re.findall(r"integer\((\d+)\)", script.source)})
    return [
        [*arguments[: place - 1], wrong, *arguments[place:]]
        for place in places
        for wrong in NO_INTEGERS
    ]


@pytest.mark.parametrize("verb", CALLS)
async def test_number_that_is_none_is_refused_whole(
    queue: Queue, claim: Claim, raw: Connection, monkeypatch: pytest.MonkeyPatch, verb: str
) -> None:
    """Whichever number it is, the script ends before it writes; then it runs, put right."""
    await queue.enqueue(light("dead", "leased", "expired", "ready"))
    dead, leased, expired = await claim(3)
    await queue.fail(dead.lease, HOPELESS)
    await expire_lease(raw, queue.keys, expired.id)
    before = await read(raw, queue.keys)

    async def run_spoilt_first(
        script: Script,
        connection: Connection,
        keys: Sequence[str | bytes],
        arguments: Sequence[bytes | str | int],
    ) -> Reply:
        for wrong in spoilt(script, arguments):
            with pytest.raises(CommandError, match="is not an integer"):
                await run(script, connection, keys, wrong)
        assert await read(raw, queue.keys) == before
        return await run(script, connection, keys, arguments)

    monkeypatch.setattr(Script, "run", run_spoilt_first)
    await CALLS[verb](queue, leased.lease)
    assert await read(raw, queue.keys) != before

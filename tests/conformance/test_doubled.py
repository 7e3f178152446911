"""Every verb, called twice with the same arguments, has the effect of once: clients retry."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

import pytest

from fiblab.queue import Claimant, Failure, Heartbeat, Keys, Lease, Queue
from fiblab.redis import Connection

from .conftest import light
from .raw_state import RawState, expire_lease, make_due, read

CRASH = Failure("crash", "it broke")
HOPELESS = Failure("bad_payload", "no number", retryable=False)

#: A claim whose reply was lost is repeated by its claimant, token and all.
CLAIMANT = Claimant("worker", ("light", "heavy"), "token-of-the-repeated-claim")


@dataclass(frozen=True, slots=True)
class Scene:
    """A queue in which something is ready, leased, expired, due and dead."""

    queue: Queue
    leased: Lease
    stale: Lease


@pytest.fixture
async def scene(queue: Queue, raw: Connection, keys: Keys) -> Scene:
    """Set it up: a call may then do all that it ever does."""
    await queue.enqueue(light("stale", "due", "dead", "leased", "expired"))
    stale, due, dead, leased, expired = await queue.claim(Claimant.fresh("w", ("light",)), 5)
    await queue.release([stale.lease])
    await queue.fail(due.lease, CRASH)
    await make_due(raw, keys, due.id)
    await queue.fail(dead.lease, HOPELESS)
    await expire_lease(raw, keys, expired.id)
    return Scene(queue, leased.lease, stale.lease)


#: One call, bound to the scene's queue and leases.
Call = Callable[[Scene], Awaitable[object]]

CALLS: dict[str, Call] = {
    "enqueue": lambda s: s.queue.enqueue(light("new", "leased", "dead")),
    "enqueue beyond the bound": lambda s: s.queue.enqueue(light(*"abcdefg")),
    "claim one": lambda s: s.queue.claim(CLAIMANT, 1),
    "claim all": lambda s: s.queue.claim(CLAIMANT, 9),
    "complete": lambda s: s.queue.complete([s.leased, s.stale]),
    "complete and claim": lambda s: s.queue.complete_and_claim([s.leased, s.stale], CLAIMANT, 2),
    "heartbeat": lambda s: s.queue.heartbeat([Heartbeat(s.leased, 0.5), Heartbeat(s.stale)]),
    "fail": lambda s: s.queue.fail(s.leased, CRASH),
    "fail for good": lambda s: s.queue.fail(s.leased, HOPELESS),
    "fail stale": lambda s: s.queue.fail(s.stale, HOPELESS),
    "release": lambda s: s.queue.release([s.leased, s.stale]),
    "requeue": lambda s: s.queue.requeue(["dead", "leased", "unknown"]),
    "discard": lambda s: s.queue.discard(["dead", "leased", "unknown"]),
    "pause": lambda s: s.queue.pause(),
    "resume": lambda s: s.queue.resume(),
}

#: Calls whose second reply is equal, so that their caller can't tell them apart.
SAME_REPLY = ["claim one", "claim all", "heartbeat", "enqueue beyond the bound", "fail stale"]


def without_times(state: RawState) -> RawState:
    """Leave out what a repeated sign of life may renew: the ends of leases, and its own event."""
    return replace(
        state,
        leases=dict.fromkeys(state.leases, 0.0),
        events=[kind for kind in state.events if kind != "progress"],
    )


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
async def test_second_call_changes_nothing_more(
    scene: Scene, raw: Connection, keys: Keys, call: Call
) -> None:
    """All that Redis holds is as the first call left it, the events included."""
    await call(scene)
    once = await read(raw, keys)

    await call(scene)
    assert without_times(await read(raw, keys)) == without_times(once)


@pytest.mark.parametrize("name", SAME_REPLY)
async def test_second_call_is_answered_alike(scene: Scene, name: str) -> None:
    """Where a repeated call can't be told from the first, it gets the first one's answer."""
    first = await CALLS[name](scene)

    assert await CALLS[name](scene) == first


@pytest.mark.parametrize("name", sorted(CALLS.keys() - {"enqueue beyond the bound", "fail stale"}))
async def test_first_call_does_something(
    scene: Scene, raw: Connection, keys: Keys, name: str
) -> None:
    """A call without any effect would pass the test above for nothing."""
    if name == "resume":
        await scene.queue.pause()
    before = await read(raw, keys)

    await CALLS[name](scene)
    assert await read(raw, keys) != before


async def test_call_repeated_beyond_the_life_of_its_job_is_harmless(queue: Queue) -> None:
    """Given a job that was completed and enqueued anew, the old completion does not end it."""
    await queue.enqueue(light("a"))
    [job] = await queue.claim(Claimant.fresh("worker", ("light",)), 1)
    await queue.complete([job.lease])
    await queue.enqueue(light("a"))

    assert await queue.complete([job.lease]) == [False]
    assert (await queue.depth()).ready["light"] == 1

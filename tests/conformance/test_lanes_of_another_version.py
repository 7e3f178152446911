"""Two versions on one Redis: the older one does not know a lane of the newer one's."""

import pytest

from fiblab.queue import Claimant, Failure, Job, Keys, Policy, Queue
from fiblab.redis import Connection

from .conftest import Claim, ids, light
from .raw_state import expire_lease, make_due, read

CRASH = Failure("crash", "it broke")

#: More jobs than one call takes back (`RECLAIM_LIMIT` in `reclaim.lua`).
MANY = 101


@pytest.fixture
def keys() -> Keys:
    """Name the keys of the newer version, which has a third lane."""
    return Keys(lanes=("light", "heavy", "night"))


@pytest.fixture
def policy() -> Policy:
    """Leave room for many jobs; a lease or a delay outlasts any test."""
    return Policy(visibility_timeout_ms=600_000, backoff_base_ms=60_000, backoff_cap_ms=60_000)


@pytest.fixture
def older(raw: Connection, queue: Queue) -> Queue:
    """Give the same queue as the older version sees it."""
    return Queue(raw, Keys(lanes=("light", "heavy")), queue.policy)


async def claim_as_older(older: Queue, limit: int = 1) -> list[str]:
    """Claim whatever the older version can get."""
    return ids(await older.claim(Claimant.fresh("older", ("light", "heavy")), limit))


async def test_delayed_job_of_an_unknown_lane_is_left_for_those_who_know_it(
    queue: Queue, older: Queue, claim: Claim, raw: Connection, keys: Keys
) -> None:
    """The older version passes it by, and the newer one gives it its next attempt."""
    await queue.enqueue([Job("a", "night")])
    [job] = await claim(lanes=("night",))
    await queue.fail(job.lease, CRASH)
    await make_due(raw, keys, "a")

    assert await claim_as_older(older) == []
    await make_due(raw, keys, "a")
    [again] = await claim(lanes=("night",))
    assert again.attempt == 2


async def test_expired_job_of_an_unknown_lane_keeps_its_lease(
    queue: Queue, older: Queue, claim: Claim, raw: Connection, keys: Keys
) -> None:
    """Nobody can be given it, so whoever computes it may still complete it."""
    await queue.enqueue([Job("a", "night")])
    [job] = await claim(lanes=("night",))
    await expire_lease(raw, keys, "a")

    assert await claim_as_older(older) == []
    assert await queue.complete([job.lease]) == [True]


async def test_jobs_of_an_unknown_lane_hide_no_others(
    queue: Queue, older: Queue, claim: Claim, raw: Connection, keys: Keys
) -> None:
    """However many of them are due, our own jobs come back, and calls stay short."""
    foreign = [f"night-{number}" for number in range(MANY)]
    await queue.enqueue([Job(identity, "night") for identity in foreign])
    await claim(MANY, lanes=("night",))
    await queue.enqueue(light("ours"))
    await claim()
    for identity in foreign:
        await expire_lease(raw, keys, identity)
    await expire_lease(raw, keys, "ours", ended_ms=2)

    found = [await claim_as_older(older) for _ in range(2)]
    assert ["ours"] in found
    before = await read(raw, keys)
    assert await claim_as_older(older) == []
    assert await read(raw, keys) == before

"""release: a worker that shuts down gives its jobs back as if they had never been claimed."""

from fiblab.queue import Keys, Lease, Queue
from fiblab.redis import Connection

from .conftest import Claim, ids, light
from .raw_state import expire_lease, read


async def test_released_job_is_next_in_its_lane(
    queue: Queue, claim: Claim, raw: Connection, keys: Keys
) -> None:
    """It has waited longest, so it goes to the head."""
    await queue.enqueue(light("a", "b"))
    [job] = await claim()

    assert await queue.release([job.lease]) == [True]
    state = await read(raw, keys)
    assert state.ready["light"] == ["b", "a"]
    assert state.events == ["enqueued", "claimed", "released"]


async def test_released_jobs_keep_their_order(queue: Queue, claim: Claim) -> None:
    """Given back together, they are claimed again in the order in which they were claimed."""
    await queue.enqueue(light("a", "b", "c"))
    taken = await claim(2)
    await queue.release([job.lease for job in taken])

    assert ids(await claim(3)) == ["a", "b", "c"]


async def test_attempt_of_a_released_job_is_not_counted(queue: Queue, claim: Claim) -> None:
    """However often workers are restarted, no job dies of it."""
    await queue.enqueue(light("a"))
    for _ in range(queue.policy.max_attempts + 1):
        [job] = await claim()
        assert job.attempt == 1
        await queue.release([job.lease])


async def test_release_wakes_a_worker(
    queue: Queue, claim: Claim, raw: Connection, keys: Keys
) -> None:
    """Somebody else takes over at once."""
    await queue.enqueue(light("a"))
    [job] = await claim()
    tokens = (await read(raw, keys)).wake["light"]
    await queue.release([job.lease])

    assert (await read(raw, keys)).wake["light"] == tokens + 1


async def test_stale_release_changes_nothing(
    queue: Queue, claim: Claim, raw: Connection, keys: Keys
) -> None:
    """A lost job is not pulled from under its new holder."""
    await queue.enqueue(light("a"))
    [old] = await claim(worker="slow")
    await expire_lease(raw, keys, "a")
    await claim(worker="other")
    before = await read(raw, keys)

    assert await queue.release([old.lease, Lease("unknown", "nonce")]) == [False, False]
    assert await read(raw, keys) == before


async def test_released_nonce_is_stale(queue: Queue, claim: Claim) -> None:
    """What was given back can't be completed any more."""
    await queue.enqueue(light("a"))
    [job] = await claim()
    await queue.release([job.lease])

    assert await queue.complete([job.lease]) == [False]


async def test_no_leases_at_all_is_no_error(queue: Queue) -> None:
    """An empty batch asks nothing of the server."""
    assert await queue.release([]) == []

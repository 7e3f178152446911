"""Expired leases: a dead worker's job goes to another one, or is given up at last."""

from fiblab.queue import Claimant, Enqueued, Keys, Queue
from fiblab.redis import Connection

from .conftest import Claim, ids, light
from .raw_state import expire_lease, read


async def test_expired_job_comes_back_at_the_head_of_its_lane(
    queue: Queue, claim: Claim, raw: Connection, keys: Keys
) -> None:
    """Given a dead worker, its job has waited longest and is the next one."""
    await queue.enqueue(light("a", "b"))
    await claim(worker="dead")
    await expire_lease(raw, keys, "a")

    assert ids(await claim(2, worker="alive")) == ["a", "b"]
    assert (await read(raw, keys)).events == ["enqueued", "claimed", "expired", "claimed"]


async def test_expired_jobs_come_back_in_the_order_of_their_leases(
    queue: Queue, claim: Claim, raw: Connection, keys: Keys
) -> None:
    """Given several dead workers, the job whose lease ended first is the next one."""
    await queue.enqueue(light("a", "b"))
    await claim(2)
    await expire_lease(raw, keys, "b")
    await expire_lease(raw, keys, "a", ended_ms=2)

    assert ids(await claim(2)) == ["b", "a"]


async def test_lease_that_has_not_expired_is_not_taken_back(queue: Queue, claim: Claim) -> None:
    """Within the visibility timeout a job is its worker's alone."""
    await queue.enqueue(light("a"))
    await claim(worker="slow")

    assert await claim(worker="other") == []


async def test_nonce_of_an_expired_lease_is_stale(
    queue: Queue, claim: Claim, raw: Connection, keys: Keys
) -> None:
    """A worker that was only slow changes nothing once another one has its job."""
    await queue.enqueue(light("a"))
    [old] = await claim(worker="slow")
    await expire_lease(raw, keys, "a")
    [new] = await claim(worker="other")

    assert await queue.complete([old.lease]) == [False]
    assert await queue.complete([new.lease]) == [True]


async def test_repeated_claim_of_an_expired_lease_takes_no_job_from_its_new_holder(
    queue: Queue, raw: Connection, keys: Keys, claim: Claim
) -> None:
    """The slow worker's old claim is not remembered against the new one."""
    await queue.enqueue(light("a"))
    slow = Claimant.fresh("slow", ("light",))
    await queue.claim(slow, 1)
    await expire_lease(raw, keys, "a")
    await claim(worker="other")

    assert await queue.claim(slow, 1) == []


async def test_attempt_is_counted_when_it_begins(
    queue: Queue, claim: Claim, raw: Connection, keys: Keys
) -> None:
    """A job that kills its worker is counted too, although nobody reports it."""
    await queue.enqueue(light("a"))
    attempts = []
    for _ in range(queue.policy.max_attempts):
        [job] = await claim()
        attempts.append(job.attempt)
        await expire_lease(raw, keys, "a")

    assert attempts == [1, 2, 3]


async def test_job_that_outlived_all_its_attempts_is_a_dead_letter(
    queue: Queue, claim: Claim, raw: Connection, keys: Keys
) -> None:
    """Given as many dead workers as attempts, the job is given up, and what follows is claimed."""
    await queue.enqueue(light("a"))
    for _ in range(queue.policy.max_attempts):
        await claim()
        await expire_lease(raw, keys, "a")
    await queue.enqueue(light("b"))

    assert ids(await claim()) == ["b"]
    [letter] = await queue.dead_letters()
    assert (letter.id, letter.attempts) == ("a", queue.policy.max_attempts)
    assert letter.failure.category == "worker_died"
    assert "died or lost its lease" in letter.failure.detail


async def test_job_whose_workers_died_may_be_enqueued_anew(
    queue: Queue, claim: Claim, raw: Connection, keys: Keys
) -> None:
    """Deduplication ends with the dead letter."""
    await queue.enqueue(light("a"))
    for _ in range(queue.policy.max_attempts):
        await claim()
        await expire_lease(raw, keys, "a")
    await claim()

    assert await queue.enqueue(light("a")) == [Enqueued.ADDED]

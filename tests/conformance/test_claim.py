"""claim: who gets which jobs, in which order, how often."""

import pytest

from fiblab.queue import Claimant, Enqueued, Failure, Keys, Queue
from fiblab.redis import Connection

from .conftest import Claim, heavy, ids, light
from .raw_state import expire_lease, make_due, read, server_ms

CRASH = Failure("crash", "it broke")


async def test_empty_queue_gives_nothing(queue: Queue, raw: Connection, keys: Keys) -> None:
    """Nor is anything written for a worker that finds nothing."""
    before = await read(raw, keys)

    assert await queue.claim(Claimant.fresh("worker", ("light",)), 5) == []
    assert await read(raw, keys) == before


async def test_claimed_job_is_whole(queue: Queue, raw: Connection) -> None:
    """A worker learns all it needs from the claim, the time of enqueueing by the server's clock."""
    earliest = await server_ms(raw)
    await queue.enqueue(light("a"))
    claimant = Claimant.fresh("worker", ("light",))

    [job] = await queue.claim(claimant, 1)
    assert (job.id, job.lane, job.payload, job.attempt) == ("a", "light", b"a", 1)
    assert job.nonce == claimant.token
    assert earliest <= job.enqueued_ms <= await server_ms(raw)


async def test_lease_lasts_the_visibility_timeout(
    queue: Queue, claim: Claim, raw: Connection, keys: Keys
) -> None:
    """Its end is counted from the claim, by the server's clock."""
    await queue.enqueue(light("a"))
    earliest = await server_ms(raw)
    await claim()

    timeout = queue.policy.visibility_timeout_ms
    end = (await read(raw, keys)).leases["a"]
    assert earliest + timeout <= end <= await server_ms(raw) + timeout


async def test_first_in_is_first_out(queue: Queue, claim: Claim) -> None:
    """Within a lane the order is that of arrival, and no more are given than were asked for."""
    await queue.enqueue(light("a", "b", "c"))

    assert ids(await claim(2)) == ["a", "b"]
    assert ids(await claim(2)) == ["c"]


async def test_lanes_are_emptied_in_the_claimants_order(queue: Queue, claim: Claim) -> None:
    """The first lane named is the first one emptied."""
    await queue.enqueue([*light("l1", "l2"), *heavy("h1", "h2")])

    assert ids(await claim(3, lanes=("heavy", "light"))) == ["h1", "h2", "l1"]


async def test_lane_that_is_not_asked_for_is_left_alone(queue: Queue, claim: Claim) -> None:
    """A worker for light jobs never gets a heavy one."""
    await queue.enqueue(heavy("h"))

    assert await claim(1, lanes=("light",)) == []


async def test_same_claimant_gets_the_same_jobs_again(
    queue: Queue, raw: Connection, keys: Keys
) -> None:
    """Given a reply that was lost, asking again loses no job, takes no other, counts no attempt."""
    await queue.enqueue(light("a", "b", "c"))
    claimant = Claimant.fresh("worker", ("light",))
    first = await queue.claim(claimant, 2)
    before = await read(raw, keys)

    assert await queue.claim(claimant, 2) == first
    assert await read(raw, keys) == before


async def test_repeated_claim_gives_only_what_is_still_held(queue: Queue) -> None:
    """What has been completed meanwhile does not come back."""
    await queue.enqueue(light("a", "b"))
    claimant = Claimant.fresh("worker", ("light",))
    first, _ = await queue.claim(claimant, 2)
    await queue.complete([first.lease])

    assert ids(await queue.claim(claimant, 2)) == ["b"]


async def test_another_token_never_gets_a_leased_job(queue: Queue, claim: Claim) -> None:
    """Two claims share the jobs, also two of the same worker."""
    await queue.enqueue(light("a", "b", "c"))

    taken = [
        *ids(await claim(2, worker="one")),
        *ids(await claim(2, worker="one")),
        *ids(await claim(2, worker="two")),
    ]
    assert taken == ["a", "b", "c"]


async def test_delayed_job_is_given_only_when_it_is_due(
    queue: Queue, claim: Claim, raw: Connection, keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The backoff holds it back; then it comes as its next attempt, with a new nonce."""
    monkeypatch.setattr("random.random", lambda: 0.5)
    await queue.enqueue(light("a"))
    [first] = await claim()
    await queue.fail(first.lease, CRASH)

    assert await claim() == []
    await make_due(raw, keys, "a")
    [second] = await claim()
    assert (second.id, second.attempt) == ("a", 2)
    assert second.nonce != first.nonce


async def test_due_job_stands_behind_those_that_wait(
    queue: Queue, claim: Claim, raw: Connection, keys: Keys
) -> None:
    """A job that failed does not hold up those that never had their turn."""
    await queue.enqueue(light("failed"))
    [first] = await claim()
    await queue.fail(first.lease, CRASH)
    await make_due(raw, keys, "failed")
    await queue.enqueue(light("waiting"))

    assert ids(await claim(2)) == ["waiting", "failed"]


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


async def test_paused_queue_gives_nothing_and_takes_nothing_back(
    queue: Queue, claim: Claim, raw: Connection, keys: Keys
) -> None:
    """Neither waiting nor expired jobs move while paused; then all of them do."""
    await queue.enqueue(light("a", "b"))
    await claim()
    await expire_lease(raw, keys, "a")
    await queue.pause()
    before = await read(raw, keys)

    assert await claim(2) == []
    assert await read(raw, keys) == before
    await queue.resume()
    assert ids(await claim(2)) == ["a", "b"]


async def test_paused_queue_still_repeats_a_claim(queue: Queue) -> None:
    """What a worker was given before the pause is not lost with a reply."""
    await queue.enqueue(light("a"))
    claimant = Claimant.fresh("worker", ("light",))
    first = await queue.claim(claimant, 1)
    await queue.pause()

    assert await queue.claim(claimant, 1) == first

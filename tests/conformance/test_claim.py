"""claim: who gets which jobs, in which order, how often."""

import pytest

from fiblab.queue import Claimant, Failure, InvalidJob, Keys, Queue
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


async def test_unknown_lane_is_refused_by_name(queue: Queue, claim: Claim) -> None:
    """A worker that was set up for another queue learns so at once, and completes nothing."""
    await queue.enqueue(light("a"))
    [job] = await claim()
    stranger = Claimant.fresh("stranger", ("light", "night"))

    with pytest.raises(InvalidJob, match="lane 'night' is not one of light, heavy"):
        await queue.claim(stranger, 1)
    with pytest.raises(InvalidJob, match="lane 'night' is not one of light, heavy"):
        await queue.complete_and_claim([job.lease], stranger, 1)
    assert (await queue.depth()).leased == 1


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
    assert (await read(raw, keys)).events[-2:] == ["due", "claimed"]


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

"""complete, and complete_and_claim: done or stale."""

from dataclasses import replace

from fiblab.queue import Claimant, Enqueued, JobState, Keys, Lease, Queue
from fiblab.redis import Connection

from .conftest import Claim, heavy, ids, light
from .raw_state import expire_lease, read


async def test_completed_job_is_gone(
    queue: Queue, claim: Claim, raw: Connection, keys: Keys
) -> None:
    """Nothing is kept of it but its events."""
    await queue.enqueue(light("a"))
    [job] = await claim()

    assert await queue.complete([job.lease]) == [True]
    state = await read(raw, keys)
    assert not state.job
    assert not state.attempts
    assert not state.leases
    assert state.events == ["enqueued", "claimed", "completed"]


async def test_deduplication_ends_with_completion(queue: Queue, claim: Claim) -> None:
    """Before it, the same id is pending; after it, it is a new job with all its attempts."""
    await queue.enqueue(light("a"))
    [job] = await claim()
    assert await queue.enqueue(light("a")) == [Enqueued.PENDING]
    await queue.complete([job.lease])

    assert await queue.enqueue(light("a")) == [Enqueued.ADDED]
    [again] = await claim()
    assert again.attempt == 1


async def test_wrong_nonce_completes_nothing(
    queue: Queue, claim: Claim, raw: Connection, keys: Keys
) -> None:
    """A stale completion changes nothing, whoever holds the job."""
    await queue.enqueue(light("a"))
    await claim()
    before = await read(raw, keys)

    assert await queue.complete([Lease("a", "wrong")]) == [False]
    assert await read(raw, keys) == before


async def test_unclaimed_and_unknown_jobs_cannot_be_completed(queue: Queue) -> None:
    """Where there is no lease, no nonce is right, the empty one included."""
    await queue.enqueue(light("ready"))

    assert await queue.complete([Lease("ready", ""), Lease("unknown", "")]) == [False, False]
    assert ids(await queue.claim(Claimant.fresh("worker", ("light",)), 2)) == ["ready"]


async def test_expired_lease_still_completes_while_nobody_took_the_job(
    queue: Queue, claim: Claim, raw: Connection, keys: Keys
) -> None:
    """Safety is in the nonce, not in the time: late work is not thrown away."""
    await queue.enqueue(light("a"))
    [job] = await claim()
    await expire_lease(raw, keys, "a")

    assert await queue.complete([job.lease]) == [True]


async def test_job_taken_back_is_stale_although_nobody_has_claimed_it(
    queue: Queue, claim: Claim, raw: Connection, keys: Keys
) -> None:
    """A claim for another lane takes it back too; from then on its old holder is late."""
    await queue.enqueue(light("a"))
    [job] = await claim()
    await expire_lease(raw, keys, "a")
    assert await claim(lanes=("heavy",)) == []

    assert await queue.complete([job.lease]) == [False]
    assert (await read(raw, keys)).ready["light"] == ["a"]


async def test_each_lease_of_a_batch_has_its_own_outcome(queue: Queue, claim: Claim) -> None:
    """A stale one among good ones stops none of them."""
    await queue.enqueue(light("a", "b", "c"))
    a, _, c = await claim(3)

    assert await queue.complete([a.lease, Lease("b", "wrong"), c.lease]) == [True, False, True]
    assert (await queue.depth()).leased == 1


async def test_no_leases_at_all_is_no_error(queue: Queue) -> None:
    """An empty batch asks nothing of the server."""
    assert await queue.complete([]) == []


async def test_batch_of_thousands_is_one_call(queue: Queue, raw: Connection) -> None:
    """No limit of Lua's is met: all are added, claimed and completed, each in its turn."""
    wide = Queue(raw, queue.keys, replace(queue.policy, bound=10_000))
    names = [str(number) for number in range(10_000)]
    await wide.enqueue(light(*names))

    jobs = await wide.claim(Claimant.fresh("worker", ("light",)), 10_000)
    assert ids(jobs) == names
    assert await wide.complete([job.lease for job in jobs]) == [True] * 10_000


async def test_complete_and_claim_does_both_as_one(queue: Queue, claim: Claim) -> None:
    """Finished jobs end and the next ones come in a single call, by the claimant's lane order."""
    await queue.enqueue([*light("a", "b", "c"), *heavy("d")])
    [done] = await claim()

    outcomes, jobs = await queue.complete_and_claim(
        [done.lease, Lease("b", "wrong")], Claimant.fresh("worker", ("heavy", "light")), 5
    )
    assert outcomes == [True, False]
    assert ids(jobs) == ["d", "b", "c"]
    [state] = await queue.status(["a"])
    assert state.state is JobState.GONE


async def test_complete_and_claim_with_nothing_to_complete_is_a_claim(queue: Queue) -> None:
    """A worker that starts has nothing finished yet."""
    await queue.enqueue(light("a"))

    outcomes, jobs = await queue.complete_and_claim([], Claimant.fresh("worker", ("light",)), 5)
    assert (outcomes, ids(jobs)) == ([], ["a"])


async def test_complete_and_claim_while_paused_completes_only(queue: Queue, claim: Claim) -> None:
    """Pausing holds back new work; what is finished is finished."""
    await queue.enqueue(light("a", "b"))
    [done] = await claim()
    await queue.pause()

    claimant = Claimant.fresh("worker", ("light",))
    assert await queue.complete_and_claim([done.lease], claimant, 5) == ([True], [])


async def test_repeated_complete_and_claim_gives_the_same_jobs(queue: Queue, claim: Claim) -> None:
    """Given a lost reply, the completions read as stale the second time and the jobs are the same.

    A worker treats stale as done with the job, so it acts alike on both replies.
    """
    await queue.enqueue(light("a", "b", "c"))
    [done] = await claim()
    claimant = Claimant.fresh("worker", ("light",))
    _, first = await queue.complete_and_claim([done.lease], claimant, 1)

    assert await queue.complete_and_claim([done.lease], claimant, 1) == ([False], first)

"""fail: delayed with exponential backoff and full jitter, or given up."""

import pytest

from fiblab.queue import Enqueued, Failed, FailOutcome, Failure, JobState, Keys, Lease, Queue
from fiblab.redis import Connection

from .conftest import Claim, light
from .raw_state import expire_lease, make_due, read, server_ms

CRASH = Failure("crash", "it broke")
HOPELESS = Failure("bad_payload", "no number: “x/y z”\n", retryable=False)

#: min(cap, base * 2^(attempt - 1)) for the first two attempts, by the numbers of `policy`.
LONGEST_MS = (60_000, 90_000)


@pytest.fixture(params=[0.0, 0.5, 0.999])
def jitter(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> float:
    """Let chance give the least, the middle and the most."""
    share = float(request.param)
    monkeypatch.setattr("random.random", lambda: share)
    return share


async def test_retry_waits_a_random_share_of_its_backoff(
    queue: Queue, claim: Claim, raw: Connection, keys: Keys, jitter: float
) -> None:
    """The longest wait doubles with each attempt up to the cap; jitter takes any share of it."""
    await queue.enqueue(light("a"))
    for longest in LONGEST_MS:
        [job] = await claim()
        earliest = await server_ms(raw)
        failed = await queue.fail(job.lease, CRASH)

        assert failed == Failed(FailOutcome.RETRYING, int(jitter * longest))
        due = (await read(raw, keys)).delayed["a"]
        assert earliest <= due - failed.retry_in_ms <= await server_ms(raw)
        await make_due(raw, keys, "a")


async def test_failed_job_is_delayed_without_a_lease(
    queue: Queue, claim: Claim, raw: Connection, keys: Keys
) -> None:
    """The nonce goes with the lease; the attempt stays counted."""
    await queue.enqueue(light("a"))
    [job] = await claim()
    await queue.fail(job.lease, CRASH)

    state = await read(raw, keys)
    assert set(state.delayed) == {"a"}
    assert state.attempts == {"a": "1"}
    assert state.events == ["enqueued", "claimed", "retrying"]
    assert await queue.complete([job.lease]) == [False]


async def test_last_attempt_ends_in_a_dead_letter_with_its_reason(
    queue: Queue, claim: Claim, raw: Connection, keys: Keys
) -> None:
    """All attempts used up, the job is given up with the category and detail of the last."""
    await queue.enqueue(light("a"))
    outcomes = []
    for _ in range(queue.policy.max_attempts):
        [job] = await claim()
        outcomes.append((await queue.fail(job.lease, CRASH)).outcome)
        if outcomes[-1] is FailOutcome.RETRYING:
            await make_due(raw, keys, "a")

    assert outcomes == [FailOutcome.RETRYING, FailOutcome.RETRYING, FailOutcome.DEAD]
    [letter] = await queue.dead_letters()
    assert (letter.id, letter.lane, letter.payload, letter.attempts) == ("a", "light", b"a", 3)
    assert (letter.failure.category, letter.failure.detail) == ("crash", "it broke")


async def test_failure_that_no_retry_mends_is_final_at_once(
    queue: Queue, claim: Claim, raw: Connection
) -> None:
    """The first attempt is the last; any text is kept as its reason, with the time of death."""
    await queue.enqueue(light("a"))
    [job] = await claim()
    earliest = await server_ms(raw)

    assert await queue.fail(job.lease, HOPELESS) == Failed(FailOutcome.DEAD)
    [letter] = await queue.dead_letters()
    assert (letter.attempts, letter.failure) == (1, HOPELESS)
    assert earliest <= letter.died_ms <= await server_ms(raw)


async def test_deduplication_ends_with_the_dead_letter(queue: Queue, claim: Claim) -> None:
    """A new request for what was given up is accepted."""
    await queue.enqueue(light("a"))
    [job] = await claim()
    await queue.fail(job.lease, HOPELESS)

    assert await queue.enqueue(light("a")) == [Enqueued.ADDED]


async def test_stale_failure_changes_nothing(
    queue: Queue, claim: Claim, raw: Connection, keys: Keys
) -> None:
    """A worker that lost its lease can't fail the job of the one that has it."""
    await queue.enqueue(light("a"))
    [old] = await claim(worker="slow")
    await expire_lease(raw, keys, "a")
    await claim(worker="other")
    before = await read(raw, keys)

    assert await queue.fail(old.lease, HOPELESS) == Failed(FailOutcome.STALE)
    assert await read(raw, keys) == before


async def test_unknown_job_cannot_fail(queue: Queue) -> None:
    """Where there is no lease, no nonce is right."""
    assert await queue.fail(Lease("a", ""), CRASH) == Failed(FailOutcome.STALE)


async def test_failed_job_is_seen_as_delayed_then_dead(queue: Queue, claim: Claim) -> None:
    """Its state tells what its failure led to."""
    await queue.enqueue(light("a", "b"))
    a, b = await claim(2)
    await queue.fail(a.lease, CRASH)
    await queue.fail(b.lease, HOPELESS)

    delayed, dead = await queue.status(["a", "b"])
    assert delayed.state is JobState.DELAYED
    assert (dead.state, dead.failure) == (JobState.DEAD, HOPELESS)

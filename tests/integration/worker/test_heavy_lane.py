"""Heavy jobs, computed in child processes while their leases are kept."""

import asyncio
import hashlib
from collections.abc import Callable

import psutil
import pytest

from fiblab.fibonacci import Progress, verify
from fiblab.queue import JobState, Lease
from fiblab.worker.executor.executor import Executor

from .conftest import RunningWorker, StartWorker, computing_children
from .journal import Journal

#: Takes some seconds, longer than the visibility timeout of these tests.
LONG = 60_000_000

#: Takes a fifth of a second.
SHORT = 10_000_000

#: sha256 of the text of F(1,000,000), computed by sympy and by a plain loop of additions.
SHA256_OF_F_1_000_000 = "aef6e8c19df607aa07940f2abde8460d1b34c18df1a6f46b5fc04dfe9be51706"


async def nonce_of(worker: RunningWorker, index: int) -> str:
    """Look up by which claim a job is held."""
    nonce = await worker.parts.redis.execute("HGET", worker.queue.keys.nonce, index)
    assert isinstance(nonce, bytes)
    return nonce.decode()


async def test_the_millionth_is_stored_for_good(worker: RunningWorker, journal: Journal) -> None:
    """It has the digits that an independent source computed, and survives the loss of Redis."""
    await worker.enqueue(1_000_000)
    assert await journal.wait_for_end(1_000_000) == "completed"
    await worker.parts.redis.execute("FLUSHALL")
    text = await worker.parts.values.get(1_000_000)
    assert text is not None
    assert hashlib.sha256(text.encode()).hexdigest() == SHA256_OF_F_1_000_000


async def test_long_job_shows_progress_and_keeps_its_lease(
    worker: RunningWorker, journal: Journal
) -> None:
    """It takes longer than its lease, is claimed once, and its progress never goes back."""
    await worker.enqueue(LONG)
    assert await journal.wait_for_end(LONG) == "completed"
    kinds = await journal.kinds(LONG)
    assert kinds.count("claimed") == 1
    assert "expired" not in kinds
    shares = await journal.details("progress", LONG)
    assert shares == sorted(shares)
    assert len(shares) > 1
    text = await worker.parts.values.get(LONG)
    assert text is not None
    verify(LONG, text)


async def test_job_shorter_than_a_heartbeat_shows_progress(
    start_worker: StartWorker, journal: Journal
) -> None:
    """News of a computation does not wait for the next heartbeat that is due."""
    worker = await start_worker(visibility_timeout_s=60)
    await worker.enqueue(SHORT)
    await journal.wait_for("completed", SHORT)
    assert "progress" in await journal.kinds(SHORT)


async def test_light_jobs_do_not_wait_for_a_heavy_one(
    worker: RunningWorker, journal: Journal
) -> None:
    """While a heavy job is computed, light ones come and go."""
    await worker.enqueue(LONG)
    await journal.wait_for("progress", LONG)
    for index in (40, 5_000, 41):
        await worker.enqueue(index)
        await journal.wait_for("completed", index)
    assert "completed" not in await journal.kinds(LONG)


async def test_heavy_processes_work_side_by_side(
    start_worker: StartWorker, journal: Journal
) -> None:
    """As many heavy jobs are claimed as there are processes, and no more."""
    worker = await start_worker(heavy_processes=2)
    await worker.enqueue(LONG, LONG + 1, LONG + 2)
    for index in (LONG, LONG + 1):
        await journal.wait_for("progress", index)
    assert len(computing_children()) == 2
    (waiting,) = await worker.queue.status([str(LONG + 2)])
    assert waiting.state is JobState.READY


async def test_lanes_are_a_setting(start_worker: StartWorker, journal: Journal) -> None:
    """A worker for the light lane starts no child process and leaves heavy jobs to others."""
    worker = await start_worker(lanes=("light",))
    await worker.enqueue(SHORT, 40)
    await journal.wait_for("completed", 40)
    assert computing_children() == []
    (heavy,) = await worker.queue.status([str(SHORT)])
    assert heavy.state is JobState.READY


async def test_killed_child_costs_an_attempt(worker: RunningWorker, journal: Journal) -> None:
    """The job is tried again in a new process, and done."""
    await worker.enqueue(SHORT)
    await journal.wait_for("claimed", SHORT)
    for child in computing_children():
        child.kill()
    await journal.wait_for("retrying", SHORT)
    assert await journal.wait_for_end(SHORT) == "completed"


async def test_time_limit_ends_in_a_dead_letter(
    start_worker: StartWorker, journal: Journal
) -> None:
    """A job that never ends in time is given up with its reason, and the worker serves on."""
    worker = await start_worker(max_attempts=2, compute_time_limit_s=0.1)
    await worker.enqueue(LONG)
    assert await journal.wait_for_end(LONG) == "dead"
    (letter,) = await worker.queue.dead_letters()
    assert (letter.failure.category, letter.attempts) == ("timeout", 2)
    await worker.enqueue(300_000)
    assert await journal.wait_for_end(300_000) == "completed"


async def test_wrong_value_from_the_child_is_not_stored(
    start_worker: StartWorker, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the child answers is checked in the parent, and thrown away if it is another number."""
    real = Executor.compute

    async def wrong(self: Executor, index: int, hear: Callable[[Progress], None]) -> str:
        return await real(self, index + 1, hear)

    monkeypatch.setattr(Executor, "compute", wrong)
    worker = await start_worker(max_attempts=1)
    await worker.enqueue(300_000)
    assert await journal.wait_for_end(300_000) == "dead"
    assert await worker.parts.values.get(300_000) is None
    (letter,) = await worker.queue.dead_letters()
    assert letter.failure.category == "wrong_value"


async def test_bug_in_the_worker_costs_an_attempt(
    start_worker: StartWorker, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An exception that nobody thought of ends in a dead letter, and its lane serves on."""

    async def faulty(_self: Executor, _index: int, _hear: Callable[[Progress], None]) -> str:
        raise ZeroDivisionError("seeded")

    worker = await start_worker(max_attempts=1)
    with monkeypatch.context() as broken:
        broken.setattr(Executor, "compute", faulty)
        await worker.enqueue(300_000)
        assert await journal.wait_for_end(300_000) == "dead"
    (letter,) = await worker.queue.dead_letters()
    assert letter.failure.category == "exception"
    assert "seeded" in letter.failure.detail
    await worker.enqueue(300_001)
    assert await journal.wait_for_end(300_001) == "completed"


async def test_lost_lease_kills_the_computation(worker: RunningWorker, journal: Journal) -> None:
    """A worker whose lease was taken away abandons the job, stores nothing, and serves on."""
    await worker.enqueue(LONG)
    await journal.wait_until_computing(LONG)
    (child,) = computing_children()
    child.suspend()  # so that it is still in the middle when the worker finds its lease lost
    await worker.queue.pause()  # so that it does not claim the job anew
    assert await worker.queue.release([Lease(str(LONG), await nonce_of(worker, LONG))]) == [True]
    await asyncio.to_thread(psutil.wait_procs, [child], timeout=30)
    assert not child.is_running()
    assert not await worker.parts.values.exists(LONG)
    assert worker.counted("leases_lost_total", lane="heavy") == 1


async def test_bad_heavy_payload_is_a_dead_letter(worker: RunningWorker, journal: Journal) -> None:
    """What no attempt could compute never reaches a child process."""
    too_large = worker.parts.settings.max_index + 1
    await worker.enqueue(too_large)
    assert await journal.wait_for_end(too_large) == "dead"
    (letter,) = await worker.queue.dead_letters()
    assert (letter.failure.category, letter.attempts) == ("bad_payload", 1)


async def test_worker_looks_into_postgres_too(worker: RunningWorker, journal: Journal) -> None:
    """A value that survived in PostgreSQL is not computed again, but brought back to Redis.

    From there it is served: without that it would be asked for, and enqueued, for ever.
    """
    await worker.enqueue(250_000)
    await journal.wait_for("completed", 250_000)
    await worker.parts.redis.execute("DEL", "{fiblab:0}:v1:value:250000")
    await worker.enqueue(250_000)
    await journal.wait_for("completed", 250_000, times=2)
    assert worker.counted("compute_seconds_count", lane="heavy") == 1
    assert await worker.parts.values.redis.get(250_000) is not None

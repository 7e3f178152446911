"""How a worker ends: nothing new is taken, what is in hand is finished or given back."""

import pytest
from structlog.testing import capture_logs

from fiblab.queue import JobState

from .conftest import RunningWorker, StartWorker, computing_children
from .journal import Journal

#: Takes some seconds.
LONG = 60_000_000

#: Takes a fifth of a second.
SHORT = 10_000_000


async def test_idle_worker_ends_at_once(worker: RunningWorker) -> None:
    """With nothing in hand there is nothing to wait for, and no process is left."""
    worker.shutdown.request()
    await worker.task
    assert computing_children() == []


async def test_heavy_job_in_hand_is_finished(worker: RunningWorker, journal: Journal) -> None:
    """A job that can be finished within the grace is completed; what waits is left to others."""
    await worker.enqueue(SHORT, SHORT + 1)
    await journal.wait_for("claimed", SHORT)
    worker.shutdown.request()
    await worker.task
    assert await journal.steps(SHORT) == ["enqueued", "claimed", "completed"]
    (waiting,) = await worker.queue.status([str(SHORT + 1)])
    assert (waiting.state, waiting.attempts) == (JobState.READY, 0)


async def test_light_batch_in_hand_is_finished(worker: RunningWorker, journal: Journal) -> None:
    """Light jobs that were claimed are completed before the worker ends."""
    indices = range(150_000, 150_050)
    await worker.enqueue(*indices)
    await journal.wait_for("claimed", indices[0])
    worker.shutdown.request()
    await worker.task
    states = {status.state for status in await worker.queue.status([*map(str, indices)])}
    assert states == {JobState.GONE}


async def test_heavy_job_is_given_back_after_the_grace(
    start_worker: StartWorker, journal: Journal
) -> None:
    """It is next in line for others, its attempt is not counted, and its process is gone."""
    worker = await start_worker(shutdown_grace_s=0.1)
    await worker.enqueue(LONG)
    await journal.wait_for("progress", LONG)
    worker.shutdown.request()
    await worker.task
    (status,) = await worker.queue.status([str(LONG)])
    assert (status.state, status.attempts) == (JobState.READY, 0)
    assert "released" in await journal.kinds(LONG)
    assert computing_children() == []


async def test_second_request_ends_it_at_once(worker: RunningWorker, journal: Journal) -> None:
    """Asked again, it does not wait for the grace to end: the job is given back now."""
    await worker.enqueue(LONG)
    await journal.wait_for("progress", LONG)
    worker.shutdown.request()
    worker.shutdown.request()
    await worker.task
    assert await journal.steps(LONG) == ["enqueued", "claimed", "released"]


@pytest.mark.timeout(30)
async def test_shutdown_does_not_wait_for_a_store_that_is_away(
    start_worker: StartWorker, journal: Journal
) -> None:
    """With Redis out of reach and nothing in hand, the worker ends long before its grace does."""
    worker = await start_worker(shutdown_grace_s=3_600)
    with capture_logs() as lines:
        await worker.parts.redis.close()
        await worker.parts.blocking.close()
        while "claim" not in {line.get("operation") for line in lines}:
            await journal.kinds(0)  # lets the worker find out
    worker.shutdown.request()
    await worker.task


async def test_cut_off_without_redis_leaves_the_lease_to_expire(
    worker: RunningWorker, journal: Journal
) -> None:
    """A job that cannot be given back is left leased; the worker and its child end all the same."""
    await worker.enqueue(LONG)
    await journal.wait_for("progress", LONG)
    await worker.parts.redis.close()
    worker.shutdown.request()
    worker.shutdown.request()
    await worker.task
    assert "released" not in await journal.kinds(LONG)
    assert computing_children() == []

"""What becomes of jobs whose workers are killed, frozen or asked to end."""

import pytest
from tests.integration.worker.journal import Journal

from fiblab.queue import JobState, Queue
from fiblab.redis import Connection

from .conftest import LONG, LONGER, StartWorker, job
from .worker_process import is_alive

pytestmark = [pytest.mark.chaos]


async def is_stored(connection: Connection, index: int) -> bool:
    """Tell whether Redis has the value of a heavy index."""
    return await connection.execute("EXISTS", f"{{fiblab:0}}:v1:value:{index}") == 1


async def test_killed_workers_job_is_done_by_the_next(
    start_worker: StartWorker, queue: Queue, journal: Journal, connection: Connection
) -> None:
    """Its lease ends, another worker claims it as a second attempt, and the value is there."""
    first = start_worker()
    await queue.enqueue([job(LONG)])
    await journal.wait_for("progress", LONG)
    first.kill()
    start_worker()
    assert await journal.wait_for_end(LONG) == "completed"
    steps = ["enqueued", "claimed", "expired", "claimed", "completed"]
    assert await journal.steps(LONG) == steps
    assert await is_stored(connection, LONG)


async def test_job_that_outlives_three_workers_is_given_up(
    start_worker: StartWorker, queue: Queue, journal: Journal
) -> None:
    """A job that kills whoever takes it becomes a dead letter, and the next worker serves on."""
    await queue.enqueue([job(LONG)])
    for attempt in (1, 2, 3):
        worker = start_worker()
        await journal.wait_for("claimed", LONG, times=attempt)
        worker.kill()
    start_worker()
    assert await journal.wait_for_end(LONG) == "dead"
    (status,) = await queue.status([str(LONG)])
    assert status.attempts == 3
    assert status.failure is not None
    assert status.failure.category == "worker_died"
    await queue.enqueue([job(40)])
    assert await journal.wait_for_end(40) == "completed"


async def test_sigterm_gives_a_long_job_back(
    start_worker: StartWorker, queue: Queue, journal: Journal
) -> None:
    """After the grace the job is ready again, its attempt not counted, and no child is left."""
    worker = start_worker(shutdown_grace_s="0.1")
    await queue.enqueue([job(LONG)])
    await journal.wait_for("progress", LONG)
    children = worker.children()
    worker.ask_to_end()
    assert worker.wait() == 0
    assert not any(map(is_alive, children))
    (status,) = await queue.status([str(LONG)])
    assert (status.state, status.attempts) == (JobState.READY, 0)


async def test_sigterm_lets_a_job_finish_within_the_grace(
    start_worker: StartWorker, queue: Queue, journal: Journal
) -> None:
    """A job in hand is completed, and what was not yet claimed is left as it is."""
    worker = start_worker()
    await queue.enqueue([job(10_000_000), job(10_000_001)])
    await journal.wait_for("claimed", 10_000_000)
    worker.ask_to_end()
    assert worker.wait() == 0
    done, waiting = await queue.status(["10000000", "10000001"])
    assert done.state is JobState.GONE
    assert (waiting.state, waiting.attempts) == (JobState.READY, 0)


async def test_zombie_changes_nothing(
    start_worker: StartWorker, queue: Queue, journal: Journal
) -> None:
    """A worker that was frozen past its lease and thaws leaves the job to whom it belongs now."""
    zombie = start_worker()
    await queue.enqueue([job(LONGER)])
    await journal.wait_for("progress", LONGER)
    zombie.freeze()
    start_worker()
    await journal.wait_for("claimed", LONGER, times=2)
    zombie.thaw()
    zombie.ask_to_end()
    assert zombie.wait() == 0
    (status,) = await queue.status([str(LONGER)])
    assert (status.state, status.attempts) == (JobState.LEASED, 2)
    assert {"completed", "released", "retrying"}.isdisjoint(await journal.kinds(LONGER))

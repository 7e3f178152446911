"""A worker says that it is there, and what it holds can be seen; nothing depends on that."""

import os

import pytest

from fiblab.queue.attendance import Attendance
from fiblab.queue.roll import PresentWorker
from fiblab.worker import roll_call

from .conftest import RunningWorker, StartWorker
from .journal import Journal

#: Takes some seconds.
LONG = 60_000_000


async def the_one(worker: RunningWorker) -> PresentWorker:
    """Look until the worker is there."""
    attendance = Attendance(worker.parts.redis, worker.queue)
    while not (found := await attendance.workers()):
        pass
    (only,) = found
    return only


async def test_a_worker_says_what_it_is(worker: RunningWorker) -> None:
    """Which process it is, and which lanes it serves."""
    present = await the_one(worker)
    assert present.presence.pid == os.getpid()
    assert present.presence.lanes == worker.parts.settings.lanes
    assert present.holds == ()


async def test_what_it_holds_is_seen(worker: RunningWorker, journal: Journal) -> None:
    """However long the job takes: as long as its lease is prolonged it is the worker's."""
    await worker.enqueue(LONG)
    await journal.wait_for("progress", LONG)
    (job,) = (await the_one(worker)).holds
    assert (job.id, job.attempt) == (str(LONG), 1)
    assert job.lease_left_ms > 0


async def test_who_ends_takes_leave(worker: RunningWorker, start_worker: StartWorker) -> None:
    """A worker that ends in order is gone at once; the other one stays."""
    await the_one(worker)
    other = await start_worker()
    attendance = Attendance(other.parts.redis, other.queue)
    while len(names := await attendance.workers()) < 2:
        pass
    worker.shutdown.request()
    await worker.task
    left = await attendance.workers()
    assert len(left) == len(names) - 1


async def test_it_says_so_again_and_again(
    start_worker: StartWorker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the roll is lost, as with Redis, the next sign of life puts it on again."""
    monkeypatch.setattr(roll_call, "SIGN_OF_LIFE_S", 0.01)
    worker = await start_worker()
    await the_one(worker)
    await worker.parts.redis.execute("DEL", worker.queue.keys.workers)
    await the_one(worker)

"""Real worker processes on real stores, which tests kill, freeze and cut off."""

from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import TypeAlias

import pytest
from tests.integration.worker.journal import Journal

from fiblab.fibonacci.job import FibonacciJob, lane_of
from fiblab.queue import Job, Keys, Policy, Queue
from fiblab.redis import Connection

from .system import shared_redis, shared_system, shared_url, system
from .worker_process import WorkerProcess

__all__ = ["shared_redis", "shared_system", "shared_url", "system"]

#: Seconds until a silent worker's job is another's: short, for it is waited for.
VISIBILITY_TIMEOUT_S = 1.0

#: Takes some seconds on any machine: long enough to be interrupted.
LONG = 60_000_000

#: Takes twice as long: what is to be still under way when two workers have had it.
LONGER = 100_000_000

StartWorker: TypeAlias = Callable[..., WorkerProcess]


def job(index: int) -> Job:
    """Make the job for an index."""
    request = FibonacciJob(index, request_id=f"request-{index}")
    return Job(request.id, lane_of(index, 200_000), request.encode())


@pytest.fixture
def start_worker(redis_url: str, migrated_url: str, tmp_path: Path) -> Iterator[StartWorker]:
    """Start any number of workers; all are killed at the end."""
    workers: list[WorkerProcess] = []

    def start(**settings: str) -> WorkerProcess:
        environment = {
            "FIBLAB_REDIS_URL": redis_url,
            "FIBLAB_POSTGRES_URL": migrated_url,
            "FIBLAB_VISIBILITY_TIMEOUT_S": str(VISIBILITY_TIMEOUT_S),
            **{f"FIBLAB_{name.upper()}": value for name, value in settings.items()},
        }
        worker = WorkerProcess(tmp_path / f"worker-{len(workers)}.log", environment)
        workers.append(worker)
        return worker

    yield start
    for worker in workers:
        worker.thaw()
        worker.kill()


@pytest.fixture
def queue(connection: Connection) -> Queue:
    """Give the queue that the workers serve."""
    policy = Policy(visibility_timeout_ms=round(VISIBILITY_TIMEOUT_S * 1_000))
    return Queue(connection, Keys(), policy)


@pytest.fixture
async def journal(redis_url: str, queue: Queue) -> AsyncIterator[Journal]:
    """Give the queue's events."""
    async with Journal(redis_url, queue) as opened:
        yield opened

"""A worker in the test's own process, on real stores."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeAlias

import asyncpg
import psutil
import pytest
from prometheus_client import CollectorRegistry
from pydantic import SecretStr

from fiblab.bootstrap import WorkerParts, open_worker_parts
from fiblab.config import WorkerSettings
from fiblab.fibonacci.job import FibonacciJob, lane_of
from fiblab.observability.metrics import WorkerMetrics
from fiblab.queue import Job, Queue
from fiblab.worker.shutdown import Shutdown
from fiblab.worker.worker import Worker

from .journal import Journal

#: Short enough that a lost lease is noticed within a test, long enough for a slow machine.
VISIBILITY_TIMEOUT_S = 1.0

#: Seconds after which the tests' sweeper looks at a row, and before.
OLD_S, YOUNG_S = 60, 1


@dataclass(frozen=True)
class RunningWorker:
    """A worker that runs as a task of the test."""

    parts: WorkerParts
    registry: CollectorRegistry
    shutdown: Shutdown
    task: asyncio.Task[None]

    @property
    def queue(self) -> Queue:
        """Its queue."""
        return self.parts.queue

    def counted(self, name: str, **labels: str) -> float:
        """Return a metric's value, 0 where nothing was counted."""
        return self.registry.get_sample_value(f"fiblab_{name}", labels) or 0.0

    async def enqueue(self, *indices: int) -> None:
        """Ask for values, as the server does."""
        limit = self.parts.settings.light_max_index
        await self.queue.enqueue([job(index, light_max_index=limit) for index in indices])


StartWorker: TypeAlias = Callable[..., Awaitable[RunningWorker]]
OpenParts: TypeAlias = Callable[..., AbstractAsyncContextManager[WorkerParts]]
Owe: TypeAlias = Callable[..., Awaitable[None]]


def job(index: int, light_max_index: int = 200_000) -> Job:
    """Make the job for an index."""
    request = FibonacciJob(index, request_id=f"request-{index}")
    return Job(request.id, lane_of(index, light_max_index), request.encode())


def computing_children() -> list[psutil.Process]:
    """List the child processes of this one that compute."""
    found = psutil.Process().children()
    return [child for child in found if "fiblab.worker.executor.child" in child.cmdline()]


@pytest.fixture
def open_parts(redis_url: str, migrated_url: str) -> OpenParts:
    """Open a worker's parts on the test's own stores, with settings of the test's choice."""

    @asynccontextmanager
    async def opened(**settings: Any) -> AsyncIterator[WorkerParts]:
        chosen = WorkerSettings(
            redis_url=SecretStr(redis_url),
            postgres_url=SecretStr(migrated_url),
            **{"visibility_timeout_s": VISIBILITY_TIMEOUT_S, "backoff_base_s": 0.01, **settings},
        )
        async with open_worker_parts(chosen) as parts:
            yield parts

    return opened


@pytest.fixture
async def start_worker(open_parts: OpenParts) -> AsyncIterator[StartWorker]:
    """Start idle workers; at the end each is stopped at once, and must end without an error."""
    async with AsyncExitStack() as stack:

        async def start(**settings: Any) -> RunningWorker:
            parts = await stack.enter_async_context(open_parts(**settings))
            registry, shutdown = CollectorRegistry(), Shutdown()
            worker = Worker(parts, WorkerMetrics(registry), shutdown)
            running = RunningWorker(
                parts, registry, shutdown, asyncio.create_task(worker.run(), name="worker")
            )
            stack.push_async_callback(_stop, running)
            await _until_it_waits_for_work(running)
            return running

        yield start


async def _until_it_waits_for_work(worker: RunningWorker) -> None:
    clients = b""
    while b"cmd=blpop" not in clients:
        if worker.task.done():
            worker.task.result()  # raises what ended it
        listed = await worker.parts.redis.execute("CLIENT", "LIST")
        assert isinstance(listed, bytes)
        clients = listed


async def _stop(worker: RunningWorker) -> None:
    for _ in range(2):
        worker.shutdown.request()
    await worker.task


@pytest.fixture
async def worker(start_worker: StartWorker) -> RunningWorker:
    """Give a worker with the usual settings."""
    return await start_worker()


@pytest.fixture
async def journal(redis_url: str, open_parts: OpenParts) -> AsyncIterator[Journal]:
    """Give the queue's events."""
    async with open_parts() as parts, Journal(redis_url, parts.queue) as opened:
        yield opened


@pytest.fixture
async def parts(open_parts: OpenParts) -> AsyncIterator[WorkerParts]:
    """Give a worker's parts without a worker."""
    async with open_parts() as opened:
        yield opened


@pytest.fixture
async def database(migrated_url: str) -> AsyncIterator[asyncpg.Connection]:
    """Give a look into the ledger, and a way to write what a server would."""
    opened = await asyncpg.connect(migrated_url)
    yield opened
    await opened.close()


@pytest.fixture
def owe(database: asyncpg.Connection) -> Owe:
    """Record an accepted request of some age."""

    async def record(index: int, age_s: float = OLD_S) -> None:
        await database.execute(
            "insert into request_ledger (request_id, index, accepted_at)"
            " values ($1, $2, now() - $3::interval)",
            f"request-{index}",
            index,
            timedelta(seconds=age_s),
        )

    return record


@pytest.fixture(autouse=True)
def _no_process_is_left() -> Iterator[None]:
    """Hold every test to what a worker promises: no child process outlives it."""
    yield
    assert computing_children() == []

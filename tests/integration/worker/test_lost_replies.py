"""A worker on a network that cuts connections before, in and after its commands."""

import itertools
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path

import pytest
from tests.integration.redis.proxy import Cut, CuttingProxy
from tests.integration.redis.server import RedisServer

from fiblab.queue import Claimant, ClaimedJob, Lease, Queue
from fiblab.redis import Address, Connection, ReplyLost

from .conftest import StartWorker, job
from .journal import Journal

#: Jobs, after each of which something is cut.
JOBS = range(5_000, 5_006)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RedisServer]:
    """Give a Redis on a socket."""
    running = RedisServer(tmp_path)
    running.start()
    yield running
    running.kill()


@pytest.fixture
async def proxy(server: RedisServer) -> AsyncIterator[CuttingProxy]:
    """Give what cuts."""
    async with CuttingProxy.before(server.socket) as running:
        yield running


@pytest.fixture
def redis_url(proxy: CuttingProxy) -> str:
    """Let the worker reach Redis through the proxy only."""
    return f"redis://127.0.0.1:{proxy.port}/0"


async def test_no_cut_costs_a_job_an_attempt(
    server: RedisServer, proxy: CuttingProxy, start_worker: StartWorker
) -> None:
    """Whatever was sent and whatever came back: each job is claimed once, and completed."""
    worker = await start_worker(visibility_timeout_s=60, light_batch=1)
    direct = Connection(Address(unix_path=str(server.socket)), name="test")
    await direct.connect()
    queue = Queue(direct, worker.queue.keys, worker.queue.policy)
    cuts = itertools.cycle([Cut.BEFORE_REPLY, Cut.BEFORE_REQUEST, Cut.MID_REPLY])
    await queue.enqueue([job(index) for index in JOBS])
    async with Journal(f"unix://{server.socket}", queue) as journal:
        for index in JOBS:
            assert await journal.wait_for_end(index) == "completed"
            proxy.arm(next(cuts))
        claims = [(await journal.kinds(index)).count("claimed") for index in JOBS]
    await direct.close()
    assert claims == [1] * len(JOBS)


async def test_claim_whose_reply_is_lost_is_claimed_no_second_time(
    start_worker: StartWorker, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Asked again, Redis hands out the same jobs: none of them waits for its lease to end."""
    real, lost = Queue.complete_and_claim, set()

    async def losing_each_first_reply(
        queue: Queue, leases: Sequence[Lease], claimant: Claimant, limit: int
    ) -> tuple[list[bool], list[ClaimedJob]]:
        outcomes, jobs = await real(queue, leases, claimant, limit)
        if jobs and claimant.token not in lost:
            lost.add(claimant.token)
            raise ReplyLost
        return outcomes, jobs

    monkeypatch.setattr(Queue, "complete_and_claim", losing_each_first_reply)
    worker = await start_worker(light_batch=2)
    await worker.enqueue(*JOBS, 300_000)
    for index in (*JOBS, 300_000):
        assert await journal.wait_for_end(index) == "completed"
        assert await journal.steps(index) == ["enqueued", "claimed", "completed"]
    assert lost

"""fiblab's own queue with the same trivial job: its core, without Fibonacci numbers and PostgreSQL.

    python -m benchmarks.peers.queues.by_fiblab worker LIMIT       jobs of one call
    python -m benchmarks.peers.queues.by_fiblab HOW COUNT          to submit

The worker is the real one's: `Lane`, `LeaseKeeper`, `WakeUps`, with leases, nonces, attempts and
events on, and work that does nothing.
"""

import asyncio
import itertools
import os
import sys
from collections.abc import AsyncIterator, Sequence

import uvloop

from benchmarks.peers.queues.marks import done
from benchmarks.peers.queues.submitting import SubmitAsync, main_async
from fiblab.fibonacci.job import FibonacciJob
from fiblab.observability.logs import configure
from fiblab.observability.metrics import WorkerMetrics, new_registry
from fiblab.queue import ClaimedJob, Job, Keys, Policy, Queue
from fiblab.redis import Address, Connection
from fiblab.worker.desk import Desk
from fiblab.worker.lane import Lane
from fiblab.worker.lease_keeper import KeptLease, LeaseKeeper
from fiblab.worker.order import Order
from fiblab.worker.outages import Outages
from fiblab.worker.shutdown import Shutdown
from fiblab.worker.wake_ups import WakeUps

ADDRESS = Address.parse(os.environ["QUEUE_REDIS_URL"])

#: As in production, but for the bound, which must hold all jobs of a drain.
POLICY = Policy(bound=1_000_000)

NOTHING_ASKED = FibonacciJob(0)


class TrivialWork:
    """Keeps the leases, as all work does, and leaves a mark for each job."""

    def __init__(self, leases: LeaseKeeper) -> None:
        self._leases = leases

    async def __call__(self, jobs: Sequence[ClaimedJob]) -> list[Order]:
        """Work on a batch."""
        with self._leases.keep([KeptLease(job.lease) for job in jobs]):
            for _ in jobs:
                done()
        return [Order(job, NOTHING_ASKED) for job in jobs]


async def work(limit: int) -> None:
    """Serve the lane until killed."""
    redis = Connection(ADDRESS, name="worker")
    blocking = Connection(ADDRESS, name="worker-wake", reply_timeout=5.0)
    await redis.connect()
    await blocking.connect()
    queue = Queue(redis, Keys(), POLICY)
    outages = Outages(Shutdown())
    leases = LeaseKeeper(queue, outages)
    wake_ups = WakeUps(blocking, redis, queue.keys, outages)
    desk = Desk(queue, outages, WorkerMetrics(new_registry()))
    work = TrivialWork(leases)
    lane = Lane("light", claimant="w", limit=limit, work=work, desk=desk, wake_ups=wake_ups)
    await asyncio.gather(leases.run(), wake_ups.run(), lane.run())


async def opened() -> AsyncIterator[SubmitAsync]:
    """Connect."""
    redis = Connection(ADDRESS, name="submitter")
    await redis.connect()
    queue = Queue(redis, Keys(), POLICY)
    numbers = itertools.count()

    def jobs(count: int) -> list[Job]:
        return [Job(str(number), "light", b"{}") for number in itertools.islice(numbers, count)]

    yield SubmitAsync(lambda: queue.enqueue(jobs(1)), lambda count: queue.enqueue(jobs(count)))
    await redis.close()


if __name__ == "__main__":
    asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
    if sys.argv[1] == "worker":
        configure("worker", "warning", "json")  # no peer writes a line for each job either
        uvloop.run(work(int(sys.argv[2])))
    else:
        main_async(opened)

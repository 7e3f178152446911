"""A queue in which a number of jobs waits, the server in front of it, and what calls cost there."""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from itertools import count, islice
from typing import cast

from benchmarks.growth.cost import Call, Cost, cost_of
from benchmarks.growth.services import SETTINGS, Client, server
from benchmarks.measuring.cores import LOAD_CORE, SERVICE_CORE, on_core
from benchmarks.measuring.stores import Stores
from fiblab.fibonacci.job import FibonacciJob, lane_of
from fiblab.observability.request_id import new_request_id
from fiblab.observability.trace import TraceContext
from fiblab.queue import Claimant, ClaimedJob, Job, Keys, Policy, Queue
from fiblab.redis import Address, Connection

LANES = ("light", "heavy")
#: The product's default for `light_max_index`.
LIGHT_MAX_INDEX = 200_000
#: The first index beyond the dense range of the product's default.
FIRST_INDEX = 1_001
#: What ties a job's log lines to a request, as long as a server makes it.
REQUEST_ID, TRACEPARENT = new_request_id(), TraceContext.new().traceparent()
#: Jobs of one call when filling.
FILL_BATCH = 1_000
#: Calls in a block: no more than the smallest size has jobs.
BLOCK = 10

#: The queue's verbs and the server's requests that are measured.
VERBS = ("enqueue", "claim", "status", "complete")
REQUESTS = ("POST", "GET")


class WaitingSystem:
    """Waits with `size` jobs; every block of calls leaves as many waiting as it found."""

    def __init__(self, size: int, redis_url: str, port: int, runner: asyncio.Runner) -> None:
        self._port = port
        self._runner = runner
        self._indices = count(FIRST_INDEX)
        self._redis = Connection(Address.parse(redis_url), name="benchmark")
        policy = Policy(
            bound=int(SETTINGS["FIBLAB_QUEUE_BOUND"]),
            visibility_timeout_ms=1_000 * int(SETTINGS["FIBLAB_VISIBILITY_TIMEOUT_S"]),
        )
        self._queue = Queue(self._redis, Keys(), policy)
        self.bytes_per_job = runner.run(self._fill(size))

    def close(self) -> None:
        """Close the connection to Redis."""
        self._runner.run(self._redis.close())

    async def _fill(self, size: int) -> float:
        """Enqueue the jobs; return the bytes that each takes, without the bounded event stream."""
        await self._redis.connect()
        before = await self._used_bytes()
        for begin in range(0, size, FILL_BATCH):
            await self._queue.enqueue(self._new_jobs(min(FILL_BATCH, size - begin)))
        await self._redis.execute("DEL", self._queue.keys.events)
        return (await self._used_bytes() - before) / size

    async def _used_bytes(self) -> int:
        reply = cast("bytes", await self._redis.execute("INFO", "memory"))
        fields = dict(line.split(":", 1) for line in reply.decode().splitlines() if ":" in line)
        return int(fields["used_memory"])

    def _new_jobs(self, number: int) -> list[Job]:
        return [job_for(index) for index in islice(self._indices, number)]

    def block(self) -> Mapping[str, float]:
        """Measure a block of all calls; figures are `<call>, client` and `<call>, Redis`.

        Each block comes second to one that is not measured: the caches are another system's then.
        """
        with on_core(SERVICE_CORE):
            verbs = [self._runner.run(self._verbs()) for _ in ("cold", "warm")]
        # Connected anew each time: the server closes a connection on which nothing is asked.
        with on_core(LOAD_CORE), Client(self._port) as client:
            requests = [self._runner.run(self._requests(client)) for _ in ("cold", "warm")]
        return _figures({**verbs[-1], **requests[-1]})

    async def _verbs(self) -> dict[str, Cost]:
        """Take as many jobs through the queue as a block has calls."""
        new, claimed = self._new_jobs(BLOCK), list[ClaimedJob]()
        queue = self._queue
        return {
            "enqueue": await self._cost([partial(queue.enqueue, [job]) for job in new]),
            "claim": await self._cost([partial(self._claim, claimed)] * BLOCK),
            "status": await self._cost([partial(queue.status, [job.id]) for job in claimed]),
            "complete": await self._cost([partial(queue.complete, [job.lease]) for job in claimed]),
        }

    async def _requests(self, client: Client) -> dict[str, Cost]:
        """Ask for new indices, look for them while they wait, and end as many old jobs."""
        indices, claimed = list(islice(self._indices, BLOCK)), list[ClaimedJob]()
        costs = {
            method: await self._cost([partial(_request, client, method, i) for i in indices])
            for method in REQUESTS
        }
        for _ in indices:
            await self._claim(claimed)
        await self._queue.complete([job.lease for job in claimed])
        return costs

    async def _claim(self, claimed: list[ClaimedJob]) -> None:
        claimed += await self._queue.claim(Claimant.fresh("benchmark", LANES), 1)

    async def _cost(self, calls: list[Call]) -> Cost:
        return await cost_of(calls, self._redis)


@contextmanager
def waiting_system(size: int, stores: Stores, runner: asyncio.Runner) -> Iterator[WaitingSystem]:
    """Fill a Redis and start a server on it; both the server and the connections end after."""
    with server(stores, core=SERVICE_CORE) as port:
        system = WaitingSystem(size, stores.redis_url, port, runner)
        try:
            yield system
        finally:
            system.close()


def job_for(index: int) -> Job:
    """Make the job that a server would make for a request; all for the same request here."""
    request = FibonacciJob(index, REQUEST_ID, TRACEPARENT)
    return Job(request.id, lane_of(index, LIGHT_MAX_INDEX), request.encode())


async def _request(client: Client, method: str, index: int) -> None:
    client.call(method, f"/api/v1/fibonacci/{index}", 202)


def _figures(costs: Mapping[str, Cost]) -> dict[str, float]:
    on_client = {f"{call}, client": cost.client_us for call, cost in costs.items()}
    return on_client | {f"{call}, Redis": cost.redis_us for call, cost in costs.items()}

"""Turns through the queue's core; the anchor is another client's pipeline on the same Redis."""

import time
from collections.abc import Awaitable, Callable, Mapping

import redis
import uvloop

from benchmarks.measuring.turns import Turn
from fiblab.queue import Claimant, Job, Keys, Policy, Queue
from fiblab.redis import Address, Connection

#: Jobs of one turn, and how many go into one call.
JOBS, BATCH = 20_000, 64

Stage = Callable[[Queue], Awaitable[None]]


async def _enqueue_all(queue: Queue) -> None:
    jobs = [Job(str(number), "light", b"payload") for number in range(JOBS)]
    for at in range(0, JOBS, BATCH):
        await queue.enqueue(jobs[at : at + BATCH])


async def _drain_all(queue: Queue) -> None:
    """Be a worker that has nothing to do but to end what it claimed and claim the next."""
    claimed = await queue.claim(Claimant.fresh("check", ("light",)), BATCH)
    while claimed:
        leases = [job.lease for job in claimed]
        claimant = Claimant.fresh("check", ("light",))
        _, claimed = await queue.complete_and_claim(leases, claimant, BATCH)


def enqueue(redis_url: str) -> Turn:
    """Make turns that measure enqueuing."""
    return _queue_turn(redis_url, _enqueue_all, after=_drain_all)


def drain(redis_url: str) -> Turn:
    """Make turns that measure claiming and completing."""
    return _queue_turn(redis_url, _drain_all, before=_enqueue_all)


async def _nothing(_: Queue) -> None:
    """Leave the queue as it is."""


def _queue_turn(
    redis_url: str, measured: Stage, *, before: Stage = _nothing, after: Stage = _nothing
) -> Turn:
    async def jobs_per_second() -> float:
        connection = Connection(Address.parse(redis_url), name="check")
        await connection.connect()
        queue = Queue(connection, Keys(), Policy(bound=JOBS, visibility_timeout_ms=60_000))
        await before(queue)
        started = time.perf_counter()
        await measured(queue)
        rate = JOBS / (time.perf_counter() - started)
        await after(queue)
        await connection.close()
        return rate

    return lambda: {"jobs/s": uvloop.run(jobs_per_second())}


def pipelined_sets(redis_url: str) -> Turn:
    """Make turns of as many SETs, as many in one pipeline."""

    def turn() -> Mapping[str, float]:
        with redis.Redis.from_url(redis_url) as client:
            started = time.perf_counter()
            for _ in range(0, JOBS, BATCH):
                pipeline = client.pipeline(transaction=False)
                for number in range(BATCH):
                    pipeline.set(f"anchor-{number}", b"payload")
                pipeline.execute()
            return {"jobs/s": JOBS / (time.perf_counter() - started)}

    return turn

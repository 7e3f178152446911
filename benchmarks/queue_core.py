"""Jobs per second through the queue's core, on one core's client and one Redis, without work.

    PYTHONPATH=src python benchmarks/queue_core.py [--rounds 7] [--jobs 20000]

Starts a Redis of its own. Each round enqueues the jobs and drains them in each of the ways shown,
one way after the other, so that a noisy machine is noisy for all. Draining is one worker's loop of
complete-and-claim; a real worker also computes and stores. Persistence is off, as in `up
--ephemeral`: with appendonly Redis has more to do.
"""

import argparse
import asyncio
import itertools
import statistics
import time
from collections.abc import Awaitable, Callable

import uvloop

from fiblab.embedded import EmbeddedStack
from fiblab.queue import Claimant, Job, Keys, Policy, Queue
from fiblab.redis import Address, Connection

#: Jobs in one call: what a worker claims of the light lane.
BATCH = 64

#: Calls under way at once where each takes a single job: a server's requests under load.
ENQUEUERS = 32

Step = Callable[[Queue, list[Job]], Awaitable[None]]


async def enqueue_singly(queue: Queue, jobs: list[Job]) -> None:
    """Let many callers enqueue one job a call, as requests do."""

    async def caller(own: list[Job]) -> None:
        for job in own:
            await queue.enqueue([job])

    await asyncio.gather(*(caller(jobs[number::ENQUEUERS]) for number in range(ENQUEUERS)))


async def enqueue_in_batches(queue: Queue, jobs: list[Job]) -> None:
    """Enqueue batches one after another, as a range does."""
    size = BATCH
    for at in range(0, len(jobs), size):
        await queue.enqueue(jobs[at : at + size])


def drain(limit: int) -> Step:
    """Make a worker's loop: complete what was claimed and claim the next, in one call."""

    async def worker(queue: Queue, jobs: list[Job]) -> None:
        done = 0
        claimed = await queue.claim(Claimant.fresh("benchmark", ("light",)), limit)
        while claimed:
            done += len(claimed)
            leases = [job.lease for job in claimed]
            claimant = Claimant.fresh("benchmark", ("light",))
            _, claimed = await queue.complete_and_claim(leases, claimant, limit)
        if done != len(jobs):
            raise RuntimeError(f"{done} jobs came out of {len(jobs)}")

    return worker


async def measure(redis_url: str, rounds: int, count: int) -> dict[str, list[float]]:
    """Return the jobs per second of each step, round by round."""
    connection = Connection(Address.parse(redis_url), name="benchmark")
    await connection.connect()
    queue = Queue(connection, Keys(), Policy(bound=count, visibility_timeout_ms=60_000))
    numbers = itertools.count()
    rates: dict[str, list[float]] = {}
    ways: list[tuple[str, Step, str, Step]] = [
        ("enqueue, 1 a call, 32 callers", enqueue_singly, "drain, 1 a call", drain(1)),
        ("enqueue, 64 a call", enqueue_in_batches, "drain, 64 a call", drain(BATCH)),
    ]
    for _ in range(rounds):
        for fill_name, fill, drain_name, empty in ways:
            jobs = [Job(str(next(numbers)), "light", b"payload") for _ in range(count)]
            for name, step in ((fill_name, fill), (drain_name, empty)):
                started = time.perf_counter()
                await step(queue, jobs)
                rates.setdefault(name, []).append(count / (time.perf_counter() - started))
    await connection.close()
    return rates


def main() -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=7, help="measurements of each way")
    parser.add_argument("--jobs", type=int, default=20_000, help="jobs in one measurement")
    options = parser.parse_args()
    with EmbeddedStack(ephemeral=True) as stack:
        rates = uvloop.run(measure(stack.redis_url, options.rounds, options.jobs))
    print(f"{'way':<32}{'jobs/s':>12}   range of {options.rounds}")
    for name, measured in rates.items():
        low, middle, high = min(measured), statistics.median(measured), max(measured)
        print(f"{name:<32}{middle:>12,.0f}   {low:,.0f} - {high:,.0f}")


if __name__ == "__main__":
    main()

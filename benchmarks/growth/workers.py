"""How fast 1, 2 and 4 workers drain the queue: real processes, real values, one Redis.

The rate is by the queue's own events, from the first claim to the last completion. Workers take the
machine's cores in turn, first the one that Redis and PostgreSQL do not use. On two cores the second
worker shares one with the stores, the third one with the first.
"""

import asyncio
from collections.abc import Mapping
from contextlib import ExitStack
from functools import partial
from itertools import count, islice
from typing import NamedTuple

import asyncpg
import uvloop

from benchmarks.growth.services import worker
from benchmarks.growth.sizes import curve, side_of
from benchmarks.growth.until import until
from benchmarks.growth.waiting_system import job_for
from benchmarks.measuring.cores import LOAD_CORE, SERVICE_CORE
from benchmarks.measuring.options import Options
from benchmarks.measuring.report import Curve
from benchmarks.measuring.stores import Stores, stores
from benchmarks.measuring.turns import take_turns
from fiblab.queue import EventStream, Keys, Policy, Queue
from fiblab.queue.stream_entries import EntryId
from fiblab.redis import Address, Connection

OVER = "workers"
NUMBERS = (1, 2, 4)
#: The cores that workers take in turn.
CORES = (SERVICE_CORE, LOAD_CORE)


#: Jobs of each worker before those that are measured: its computing process has started then.
WARM_UP = 4


class Load(NamedTuple):
    """Jobs of one lane, of as many indices from the first on."""

    first: int
    jobs: int
    quick_jobs: int


#: Light: values of 200 to 2,300 digits, some 10 us each. Heavy: 627,000 digits, some 30 ms each.
LOADS = {"light": Load(1_001, 10_000, 500), "heavy": Load(3_000_000, 48, 4)}


class Drain:
    """Stores that stand through all turns, and are empty when one begins."""

    def __init__(self, stores: Stores, runner: asyncio.Runner, *, quick: bool) -> None:
        self._stores = stores
        self._runner = runner
        self._quick = quick

    def turn(self, workers: int) -> Mapping[str, float]:
        """Return the jobs a second of so many workers in each lane."""
        return {lane: self._rate(workers, load) for lane, load in LOADS.items()}

    def _rate(self, workers: int, load: Load) -> float:
        self._runner.run(self._empty())
        with ExitStack() as stack:
            for number in range(workers):
                core = CORES[number % len(CORES)]
                stack.enter_context(worker(self._stores, core=core))
            return self._runner.run(self._drained(workers, load))

    async def _empty(self) -> None:
        redis = await self._connect()
        await redis.execute("FLUSHALL")
        await redis.close()
        postgres = await asyncpg.connect(self._stores.postgres_url)
        await postgres.execute("truncate fibonacci_value")
        await postgres.close()

    async def _connect(self) -> Connection:
        redis = Connection(Address.parse(self._stores.redis_url), name="benchmark")
        await redis.connect()
        return redis

    async def _drained(self, workers: int, load: Load) -> float:
        """Give the jobs to workers that wait for them, all at once; return jobs a second."""
        redis = await self._connect()
        queue = Queue(redis, Keys(), Policy())
        jobs = load.quick_jobs if self._quick else load.jobs
        indices = count(load.first)
        stream = EventStream(redis, queue.keys)

        async def work_off(jobs: int) -> None:
            await queue.enqueue([job_for(index) for index in islice(indices, jobs)])
            await until(partial(_has, redis, queue.keys.job, 0))

        await until(partial(_has, redis, queue.keys.workers, workers))
        await work_off(WARM_UP * workers)
        begun = await stream.tip()
        await work_off(jobs)
        seconds = await _seconds_of_work(stream, begun)
        await redis.close()
        return jobs / seconds


async def _has(redis: Connection, key: str, fields: int) -> bool:
    """Tell whether a hash has so many fields."""
    return await redis.execute("HLEN", key) == fields


async def _seconds_of_work(stream: EventStream, begun: EntryId) -> float:
    """Tell how long it was from the first claim after an entry to the last completion."""
    claims, completions, position = list[int](), list[int](), begun
    while (page := await stream.page(position)).entries:
        claims += [entry.id.ms for entry in page.entries if entry.kind == "claimed"]
        completions += [entry.id.ms for entry in page.entries if entry.kind == "completed"]
        position = page.position
    return (max(completions) - min(claims)) / 1_000


def measure(options: Options, rounds: int) -> list[Curve]:
    """Let the numbers of workers take turns."""
    with stores() as both, asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        drain = Drain(both, runner, quick=options.quick)
        turns = {side_of(number, OVER): partial(drain.turn, number) for number in NUMBERS}
        figures = take_turns(turns, rounds)
    lanes = {lane: lane for lane in LOADS}
    return [
        curve(
            "drained by workers",
            "jobs/s",
            over=OVER,
            sizes=NUMBERS,
            figures=figures,
            sides=lanes,
            better="more",
        )
    ]

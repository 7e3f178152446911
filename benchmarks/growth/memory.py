"""What Redis holds when ever more different values are asked for, and ever more jobs pass by.

Values: a Redis whose limit is 24 MB (the product's own is 512 MB) with the product's policy, which
drops the large values that were unused for longest, and no job; one real worker computes values of
10 to 20 KB. The event stream: jobs pass through the queue as a busy worker takes them, 64 a call.
"""

import asyncio
from functools import partial
from itertools import count, islice
from typing import cast

import uvloop

from benchmarks.growth.services import worker
from benchmarks.growth.until import until
from benchmarks.growth.waiting_system import LIGHT_MAX_INDEX, job_for
from benchmarks.measuring.cores import SERVICE_CORE
from benchmarks.measuring.options import Options
from benchmarks.measuring.report import Curve
from benchmarks.measuring.stores import redis, stores
from fiblab.queue import Claimant, Job, Keys, Policy, Queue
from fiblab.redis import Address, Connection

#: Bytes that Redis may use, and as its own configuration says it.
LIMIT_MB, LIMIT = 24, "24mb"
#: Different values asked for in all, step by step; together three times the limit.
ASKED, QUICK_ASKED = (250, 500, 1_000, 2_000, 4_000), (50, 100)
#: Jobs that passed the queue in all, step by step; the last is twice what fills the stream.
PASSED, QUICK_PASSED = (1_000, 10_000, 100_000, 200_000, 400_000), (1_000, 10_000)
#: Jobs of one call: as a busy worker claims, and as many again to enqueue.
BATCH = 64
#: Bytes in a megabyte as `INFO` counts for `maxmemory`.
MEGABYTE = 1024 * 1024


def measure(options: Options, _rounds: int) -> list[Curve]:
    """Ask and pass, and return both curves: memory does not vary from round to round."""
    asked, passed = (QUICK_ASKED, QUICK_PASSED) if options.quick else (ASKED, PASSED)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        with stores() as both, worker(both, core=SERVICE_CORE):
            values = runner.run(_ask(both.redis_url, asked))
        with redis() as url:
            stream = runner.run(_pass_by(url, passed))
    return [
        Curve("memory of Redis under ever more values", "MB", "values asked for", "less", values),
        Curve("memory of the event stream", "MB", "jobs passed", "less", stream),
    ]


async def _ask(url: str, steps: tuple[int, ...]) -> dict[str, dict[int, list[float]]]:
    """Have values computed; return what Redis uses, its limit, and what it would use without."""
    connection, queue = await _queue(url)
    await connection.execute("CONFIG", "SET", "maxmemory", LIMIT)
    sides: dict[str, dict[int, list[float]]] = {"used": {}, "limit": {}, "all values": {}}
    indices = count(LIGHT_MAX_INDEX, -10)
    begun, asked = await _used_mb(connection), 0
    for step in steps:
        await _enqueue(queue, [job_for(index) for index in islice(indices, step - asked)])
        asked = step
        await until(partial(_is_empty, queue))
        used, evicted = await _used_mb(connection), await _evicted(connection)
        sides["used"][step] = [used]
        sides["limit"][step] = [float(LIMIT_MB)]
        sides["all values"][step] = [(used - begun) * step / (step - evicted) + begun]
    await connection.close()
    return sides


async def _pass_by(url: str, steps: tuple[int, ...]) -> dict[str, dict[int, list[float]]]:
    """Take jobs through the queue; return what the stream of their events takes."""
    connection, queue = await _queue(url)
    sizes: dict[int, list[float]] = {}
    indices, passed = count(LIGHT_MAX_INDEX, -1), 0
    for step in steps:
        while passed < step:
            await queue.enqueue([job_for(index) for index in islice(indices, BATCH)])
            claimed = await queue.claim(Claimant.fresh("benchmark", ("light", "heavy")), BATCH)
            await queue.complete([job.lease for job in claimed])
            passed += len(claimed)
        used = await connection.execute("MEMORY", "USAGE", queue.keys.events, "SAMPLES", 0)
        sizes[step] = [cast("int", used) / MEGABYTE]
    await connection.close()
    return {"event stream": sizes}


async def _queue(url: str) -> tuple[Connection, Queue]:
    connection = Connection(Address.parse(url), name="benchmark")
    await connection.connect()
    return connection, Queue(connection, Keys(), Policy())


async def _enqueue(queue: Queue, jobs: list[Job]) -> None:
    for begin in range(0, len(jobs), BATCH):
        await queue.enqueue(jobs[begin : begin + BATCH])


async def _is_empty(queue: Queue) -> bool:
    """Tell whether nothing waits or runs; raises RuntimeError for a job that died."""
    depth = await queue.depth()
    if depth.dead:
        raise RuntimeError(f"{depth.dead} jobs died: Redis at its limit must not cost any")
    return not (depth.leased or depth.delayed or any(depth.ready.values()))


async def _used_mb(connection: Connection) -> float:
    return await _fact(connection, "memory", "used_memory") / MEGABYTE


async def _evicted(connection: Connection) -> int:
    return await _fact(connection, "stats", "evicted_keys")


async def _fact(connection: Connection, section: str, name: str) -> int:
    reply = cast("bytes", await connection.execute("INFO", section))
    facts = dict(line.split(":", 1) for line in reply.decode().splitlines() if ":" in line)
    return int(facts[name])

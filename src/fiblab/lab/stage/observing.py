"""What plays wait for and measure, beyond a single happening."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress

from redis.exceptions import RedisError

from fiblab.lab.checker.structure import TAG
from fiblab.lab.stage.following import is_cancelled
from fiblab.lab.stage.lines import Happening
from fiblab.lab.stage.stage import WAIT_LIMIT_S, Stage
from fiblab.lab.stage.ways import until_passed

#: Seconds between two looks: a curve of a few seconds is smooth with these.
LOOK_S = 0.05


@asynccontextmanager
async def watching_depth(stage: Stage) -> AsyncIterator[None]:
    """Measure `depth`, the jobs in the queue, again and again until the block ends."""
    task = asyncio.create_task(_watch_depth(stage))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _watch_depth(stage: Stage) -> None:
    async with stage.system.admin as client:
        while not is_cancelled():
            with suppress(RedisError, OSError):
                stage.measure("depth", float(await client.hlen(f"{TAG}:job")))
            await asyncio.sleep(LOOK_S)


async def completions(stage: Stage, jobs: Iterable[int | str]) -> AsyncIterator[Happening]:
    """Give the completion of each of these jobs as it comes; raises TooLate."""
    left, seen = set(map(str, jobs)), 0
    while left:
        done = await stage.log.until(
            lambda one: one.source == "queue" and one.kind == "completed" and one.job in left,
            WAIT_LIMIT_S,
            f"completed (queue) of {len(left)} jobs",
            start=seen,
        )
        seen = stage.log.happenings.index(done) + 1
        left.discard(done.job)
        yield done


async def measure_latency(stage: Stage, jobs: Iterable[int | str]) -> None:
    """Measure `latency_ms` of each job as it is completed: since its client asked, in ms."""
    asked = {
        one.job: one.at_ms for one in reversed(stage.log.happenings) if one.kind == "requested"
    }
    async for done in completions(stage, jobs):
        stage.measure("latency_ms", done.at_ms - asked[done.job])


async def idle(stage: Stage, name: str) -> None:
    """Wait until a worker that was just opened waits for work; raises TooLate."""
    await until_passed(stage, name, "BLPOP", 1)

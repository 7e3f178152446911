"""Many jobs fail in the same instant, and come back spread over time, as chance delays each."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fiblab.lab.chaos.load.clients import Pace
from fiblab.lab.faults.redis_faults import VALUE_KEYS
from fiblab.lab.stage.checks import (
    ATTEMPTS_BOUNDED,
    COUNTED_ONCE,
    NOTHING_LOST,
    RIGHT_VALUES,
    every,
)
from fiblab.lab.stage.experiment import Experiment, Prediction, Source, Twin
from fiblab.lab.stage.lines import Happening
from fiblab.lab.stage.observing import completions
from fiblab.lab.stage.record import ArmRecord
from fiblab.lab.stage.stage import Stage
from fiblab.storage.access.privileges import Service
from fiblab.storage.access.redis_users import permissions

#: Jobs that fail together: a worker claims so many at once.
STORM = range(1_001, 1_061)
#: What other clients ask for while the storm comes back, so many a second: one in 50 ms.
ORDINARY, PER_SECOND = range(2_001, 2_041), 20
#: Milliseconds within which a job comes back after its first failure.
BACKOFF_MS = 1_000

#: The workers' user in Redis.
WORKER_USER = f"fiblab_{Service.WORKER}"
#: What that user may still do: all but write a value beyond the dense range.
NO_VALUES = (
    *(f"~{VALUE_KEYS.dense}", f"~{VALUE_KEYS.marker}", f"%R~{VALUE_KEYS.large_prefix}*"),
    "~{fiblab:*}:[^v]*",  # the queue's keys
)


async def play(stage: Stage) -> None:
    """Let all jobs fail for want of a right; give it back, and watch them return."""
    await stage.open_server()
    await asyncio.gather(*(stage.request(index) for index in STORM))
    async with _values_refused(stage):
        await stage.open_worker()
        for index in STORM:
            await stage.until("retrying", job=index)
    await _go_on(stage)
    async for _ in completions(stage, (*STORM, *ORDINARY)):
        pass


@asynccontextmanager
async def _values_refused(stage: Stage) -> AsyncIterator[None]:
    """Let Redis refuse what workers compute, as after a mistake in its users' rights."""
    await _allow_workers(stage, *NO_VALUES)
    stage.log.add("fault", "struck", who="redis", detail="refuses the workers' values")
    try:
        yield
    finally:
        await _allow_workers(stage, *permissions(Service.WORKER))
        stage.log.add("fault", "healed", who="redis", detail="takes the workers' values")


async def _allow_workers(stage: Stage, *rules: str) -> None:
    async with stage.system.admin as client:
        await client.execute_command("ACL", "SETUSER", WORKER_USER, "resetkeys", *rules)  # type: ignore[no-untyped-call] # redis-py leaves it untyped


async def _go_on(stage: Stage) -> None:
    """Ask for other numbers, at a steady pace, and count the retries between two of them."""
    pace, seen = Pace(PER_SECOND), len(stage.log.happenings)
    for index in ORDINARY:
        await pace.turn()
        await stage.request(index, client="client-2")
        new = stage.log.happenings[seen:]
        seen += len(new)
        stage.measure("retries_in_50_ms", sum(map(_is_retry, new)))


def _is_retry(happening: Happening) -> bool:
    return happening.kind == "claimed" and happening.detail != "1"


def _spread(record: ArmRecord) -> list[tuple[bool, str]]:
    """Look at the delay that each job was given when it failed first."""
    first = {one.job: int(one.detail) for one in reversed(record.queue("retrying"))}
    delays = [first[str(index)] for index in STORM if str(index) in first]
    if not delays:
        return []
    together = Counter(delays)
    delay, most = together.most_common(1)[0]
    words = f"{len(delays)} jobs failed; different delays among theirs: {len(together)}"
    return [
        (
            2 * len(together) > len(delays),
            f"{words}, {min(delays)} to {max(delays)} ms; {most} of them by {delay} ms",
        )
    ]


EXPERIMENT = Experiment(
    id="retry-storm",
    title="A dependency fails for a while",
    pattern="Exponential backoff with full jitter",
    chapter="backoff-and-jitter",
    question="Sixty jobs fail in the same instant: when do they come back?",
    fault="Redis refuses to store the workers' values, until each of 60 jobs has failed once",
    prediction=Prediction(
        question="60 jobs fail together. When is each of them tried again?",
        choices=(
            "All at once, as soon as Redis takes values again.",
            "All at once, a second later.",
            "Each at a moment of its own, drawn from the second that follows.",
            "One after the other, in the order in which they failed.",
        ),
        answer=2,
    ),
    explanation="""
A dependency that was away for a moment makes many jobs fail in the same instant. If all of them are
tried again after the same delay, they come back in the same instant too: a storm that may well
knock down what has just stood up, and then comes again, after twice the time.

Backoff alone does not help, as it moves the whole crowd. Jitter does: a failed job is delayed by a
random time between nothing and a limit, and the limit doubles with each attempt, up to a cap (full
jitter). Sixty jobs are spread over a second, then over two. Each delay is drawn once, when the job
fails, and handed to the script as a number, as Redis itself must not draw any.

The price is that a job may wait for a second where a shorter time would have done, and another may
be tried at once and fail again. The queue counts the attempts, so that neither goes on for ever.

The twin uses the limit itself. Compare how many retries come within 50 ms.
""",
    sources=(
        Source("queue/lua/fail.lua", "local delay = math.floor(jitter", "the delay of an attempt"),
        Source("queue/queue.py", "repr(random.random())", "what chance adds"),
        Source("queue/lua/parts/reclaim.lua", "local function promote_delayed", "due again"),
    ),
    twin=Twin("Every delay is as long as it may be.", without=("no jitter",)),
    checks=(
        every(
            _spread,
            name="spread",
            says="Jobs that fail together come back at moments of their own.",
        ),
        ATTEMPTS_BOUNDED,
        NOTHING_LOST,
        COUNTED_ONCE,
        RIGHT_VALUES,
    ),
    breaks="spread",
    lasts_s=22,
    play=play,
    settings={
        "max_attempts": 10,
        "backoff_base_s": BACKOFF_MS / 1_000,
        "backoff_cap_s": 2 * BACKOFF_MS / 1_000,
        "sweep_after_s": 1,
    },
)

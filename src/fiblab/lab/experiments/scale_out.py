"""The same load with one, two and four workers, which share it without knowing of each other."""

import asyncio

from fiblab.lab.stage.checks import COUNTED_ONCE, NOTHING_LOST, RIGHT_VALUES, every
from fiblab.lab.stage.experiment import Experiment, Prediction, Source, Twin
from fiblab.lab.stage.observing import completions, idle
from fiblab.lab.stage.record import ArmRecord
from fiblab.lab.stage.stage import Stage

#: Jobs of one load, each of which takes less than a tenth of a second.
JOBS = 12
#: Number of workers -> what is asked for then: the same work, other numbers.
LOADS = {
    workers: range(first, first + JOBS)
    for workers, first in ((1, 3_000_001), (2, 3_000_101), (4, 3_000_201))
}


async def play(stage: Stage) -> None:
    """Let each load come when so many workers wait for it; the twin never has a second one."""
    await stage.open_worker("worker-1", lanes="heavy")
    await stage.open_server()
    for workers, load in LOADS.items():
        await _have_workers(stage, 1 if stage.is_twin else workers)
        await _put_to_work(stage, workers, load)


async def _have_workers(stage: Stage, wanted: int) -> None:
    names = [f"worker-{number}" for number in range(1, wanted + 1)]
    for name in names:
        if name not in stage.system.services:
            await stage.open_worker(name, lanes="heavy")
    for name in names:
        await idle(stage, name)


async def _put_to_work(stage: Stage, workers: int, load: range) -> None:
    """Ask for the whole load at once, and measure how quickly it is done."""
    await asyncio.gather(*(stage.request(index, client=f"client-{index}") for index in load))
    done = [one async for one in completions(stage, load)]
    asked = await stage.until("requested", source="client", job=load[0])
    rate = 1_000 * len(load) / max(1, done[-1].at_ms - asked.at_ms)
    stage.measure("jobs_per_s", round(rate, 1), who=f"load for {workers}")


def _exactly_once(record: ArmRecord) -> list[tuple[bool, str]]:
    """Count what became of each job, whatever the number of workers."""
    cases = []
    for workers, load in LOADS.items():
        for index in load:
            counts = [
                len(record.queue(kind, job=str(index)))
                for kind in ("enqueued", "claimed", "completed")
            ]
            words = "job {}, {} worker(s) due: enqueued {}, claimed {}, completed {} time(s)"
            cases.append((counts == [1, 1, 1], words.format(index, workers, *counts)))
    return cases


def _many_hands(record: ArmRecord) -> list[tuple[bool, str]]:
    """See how many workers held a job of the same load at the same moment."""
    cases = []
    for workers, load in LOADS.items():
        most = _most_holders(record, set(map(str, load)))
        words = f"load for {workers} worker(s): at one moment jobs were held by"
        cases.append((len(most) >= workers, f"{words} {', '.join(sorted(most))}"))
    return cases


def _most_holders(record: ArmRecord, jobs: set[str]) -> set[str]:
    """Name the most workers that held some of these jobs at one moment."""
    holders: dict[str, str] = {}
    most: set[str] = set()
    for one in record.happenings:
        if one.source != "queue" or one.job not in jobs:
            continue
        if one.kind == "claimed":
            holders[one.job] = one.who
        elif one.kind != "progress":
            holders.pop(one.job, None)
        most = max(most, set(holders.values()), key=len)
    return most


EXPERIMENT = Experiment(
    id="scale-out",
    title="One, two, four workers",
    pattern="Competing consumers",
    chapter="scaling-out",
    question="What has to be told to whom, so that two more workers share the load?",
    fault="the same load three times, while the number of workers grows from one to two to four",
    prediction=Prediction(
        question="12 jobs wait for one worker, and then 12 for four. What do four workers do?",
        choices=(
            "They share the jobs, and each job is computed once.",
            "They share the jobs, and a few are computed twice, as two workers may take one.",
            "The first worker takes them all; the others are there in case it dies.",
            "Each takes the three that a coordinator has given it.",
        ),
        answer=0,
    ),
    explanation="""
Workers know nothing of each other. Each asks the queue for a job when it has time for one: a quick
one asks more often, a slow one less, and a new one simply begins to ask. Nobody divides the work,
so nobody has to be told when a worker comes or goes. That two of them never get the same job is
the claim's affair: it pops the job and writes down the lease in one step, and Redis takes one step
at a time.

The gain ends where something else runs out. On a machine with two cores four workers compute hardly
more than two: look at the jobs per second. And it ends where all wait for the same store.

The price of sharing is the order. With one worker jobs end as they came; with several they overtake
each other.

The twin has one worker, however much there is to do. It computes everything, and nobody helps it.
""",
    sources=(
        Source(
            "queue/lua/parts/claim_some.lua",
            "local popped = redis.call('RPOP'",
            "whoever asks gets the next",
        ),
        Source(
            "queue/lua/parts/claim_some.lua", "write_all('HSET', key.nonce", "and nobody else does"
        ),
        Source("worker/lane.py", "async def _complete_and_claim", "a worker asks when it has time"),
        Source(
            "queue/lua/parts/add_jobs.lua", "wake_lane(lane, #added)", "a new job wakes one of them"
        ),
    ),
    twin=Twin("There is one worker, however much there is to do."),
    checks=(
        every(
            _exactly_once,
            name="exactly-once",
            says="Every job is claimed and completed exactly once, however many workers there are.",
        ),
        every(
            _many_hands,
            name="many-hands",
            says="At some moment each worker holds a job, and no two the same.",
        ),
        NOTHING_LOST,
        COUNTED_ONCE,
        RIGHT_VALUES,
    ),
    breaks="many-hands",
    lasts_s=24,
    play=play,
    settings={"sweep_after_s": 1},
)

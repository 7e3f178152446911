"""One giant before many small jobs: in a lane of its own it holds nobody up."""

import asyncio

from fiblab.lab.stage.checks import COUNTED_ONCE, NOTHING_LOST, RIGHT_VALUES, every, told
from fiblab.lab.stage.experiment import Experiment, Prediction, Source, Twin
from fiblab.lab.stage.observing import measure_latency
from fiblab.lab.stage.record import ArmRecord
from fiblab.lab.stage.stage import Stage

#: Takes about a second.
GIANT = 30_000_000
#: Each takes far less than a millisecond.
SMALL_JOBS = range(1_001, 1_041)
#: Up to here a job is light; the twin's line is below all jobs of the experiment.
LIGHT_MAX_INDEX, NO_LIGHT_MAX_INDEX = 10_000, 100


async def play(stage: Stage) -> None:
    """Let the small jobs come while the only worker has just begun with the giant."""
    await stage.open_worker()
    await stage.open_server()
    await stage.request(GIANT)
    await stage.until("claimed", job=GIANT)
    await asyncio.gather(*(stage.request(index, client=f"client-{index}") for index in SMALL_JOBS))
    await measure_latency(stage, SMALL_JOBS)
    await stage.until("completed", job=GIANT)


def _overtaken(record: ArmRecord) -> list[tuple[bool, str]]:
    """Compare where the completions stand in the order of events."""
    order = record.queue("completed")
    place = {one.job: number for number, one in enumerate(order)}
    if not {str(GIANT), *map(str, SMALL_JOBS)} <= place.keys():
        return []
    giant = order[place[str(GIANT)]]
    return [
        (place[str(index)] < place[str(GIANT)], f"{told(order[place[str(index)]])}; {told(giant)}")
        for index in SMALL_JOBS
    ]


EXPERIMENT = Experiment(
    id="head-of-line",
    title="One giant before many small ones",
    pattern="Lanes",
    chapter="lanes",
    question="One giant job stands before 40 small ones: how long do those wait?",
    fault="F(30,000,000) is asked for, and 40 small numbers while a worker computes it",
    prediction=Prediction(
        question="The only worker computes F(30,000,000). 40 small jobs come. When are they done?",
        choices=(
            "After the giant: first come, first served.",
            "Before the giant: they have a lane of their own, which the worker serves as well.",
            "Before the giant: the worker interrupts it for them.",
            "They go to another worker, which is started for them.",
        ),
        answer=1,
    ),
    explanation="""
In one line everybody waits for whoever stands in front. Where jobs differ a thousandfold, one giant
makes a thousand small ones late: head-of-line blocking. More workers only help until there are as
many giants as workers.

So there are two lanes. An index up to a limit is light, and its job goes into the light lane; all
others are heavy. A worker serves both at the same time, by loops that know nothing of each other:
light jobs in batches in its own process, heavy ones one at a time in a child process. A giant can
only delay giants.

The price is a limit that has to be chosen, and a lane that may be idle while the other is full.
Within a lane it is first come, first served, still.

The twin draws the line so low that every job is heavy: one lane, in which the small ones wait.
""",
    sources=(
        Source("fibonacci/job.py", "return LIGHT if index <=", "the index chooses the lane"),
        Source("queue/lua/parts/claim_some.lua", "for _, lane in ipairs", "a claim names its lane"),
        Source("worker/worker.py", "async def _open_lanes", "one worker, a loop for each lane"),
    ),
    twin=Twin("There is one lane for all jobs.", settings={"light_max_index": NO_LIGHT_MAX_INDEX}),
    checks=(
        every(
            _overtaken,
            name="not-held-up",
            says="Small jobs are completed before the giant that was there first.",
        ),
        NOTHING_LOST,
        COUNTED_ONCE,
        RIGHT_VALUES,
    ),
    breaks="not-held-up",
    lasts_s=20,
    play=play,
    settings={"light_max_index": LIGHT_MAX_INDEX, "sweep_after_s": 1},
)

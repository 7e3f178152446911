"""A long computation goes through the queue, so that the server stays free for everybody else."""

import asyncio

from fiblab.lab.stage.checks import COUNTED_ONCE, NOTHING_LOST, RIGHT_VALUES, every, told
from fiblab.lab.stage.experiment import Experiment, Prediction, Source, Twin
from fiblab.lab.stage.lines import Happening
from fiblab.lab.stage.record import ArmRecord
from fiblab.lab.stage.stage import Stage

#: Takes about a second.
LONG_JOB = 30_000_000
#: What the others ask for meanwhile: nothing to speak of.
SMALL_JOBS = range(1_001, 1_021)


async def play(stage: Stage) -> None:
    """Ask for something long, and for small things right after."""
    await stage.open_worker()
    await stage.open_server()
    await asyncio.gather(stage.request(LONG_JOB), _ask_meanwhile(stage))
    if not stage.is_twin:
        await stage.until("completed", job=LONG_JOB)


async def _ask_meanwhile(stage: Stage) -> None:
    """Send the small requests once the long one is on its way, or in a worker's hands."""
    await stage.until("requested", source="client", job=LONG_JOB)
    if not stage.is_twin:
        await stage.until("claimed", job=LONG_JOB)
    await asyncio.gather(*(_ask(stage, index) for index in SMALL_JOBS))


async def _ask(stage: Stage, index: int) -> None:
    exchange = await stage.request(index, client=f"client-{index}")
    stage.measure("latency_ms", round((exchange.ended_at - exchange.sent_at) * 1_000, 1))


def _end(record: ArmRecord) -> Happening | None:
    """Find when the long number was there: its job is completed, or its request is answered so."""
    answered = record.select("client", "accepted", job=str(LONG_JOB))
    ends = record.queue("completed", job=str(LONG_JOB)) or [
        one for one in answered if one.detail.endswith("done")
    ]
    return ends[0] if ends else None


def _nobody_waits(record: ArmRecord) -> list[tuple[bool, str]]:
    end = _end(record)
    if end is None:
        return []
    return [
        (
            record.happenings.index(one) < record.happenings.index(end),
            f"{told(one)}; {told(end)}",
        )
        for index in SMALL_JOBS
        for one in record.select("client", "accepted", job=str(index))
    ]


EXPERIMENT = Experiment(
    id="offload",
    title="Why not compute in the request?",
    pattern="Offloading to workers",
    chapter="offloading",
    question="One client asks for something that takes long: what do all the others notice?",
    fault="a request for F(30,000,000), and 20 small ones right after it",
    prediction=Prediction(
        question="While F(30,000,000) is being computed, 20 clients ask for small numbers. They …",
        choices=(
            "… wait: the processor is busy.",
            "… are answered at once: the server itself computes nothing.",
            "… are answered at once, as the server computes each request in a thread.",
            "… are refused until the long one has ended.",
        ),
        answer=1,
    ),
    explanation="""
The server answers all its clients from one event loop: it does a little for one of them, and while
that one waits for a store it does a little for the next. That is quick as long as nobody keeps the
loop. A computation of a second does, and for that second nobody else gets a word: no answer, no
health check, not even a refusal. A thread is no way out, as it holds the interpreter's lock while
it computes.

So the request is only taken in: the job is queued, the request is counted, and the answer is 202
with an address at which the number will be. Workers, other processes on other cores or machines,
do the work, and as many of them as are needed.

The price is that the first answer is a promise. The client has to come back for the number, and
the promise has to survive crashes: most of the other experiments are about that.

The twin computes within the request. Its long answer is whole and right, and everybody waits
for it.
""",
    sources=(
        Source("server/intake.py", "async def _admit", "the request leaves a job"),
        Source("server/lua/admit.lua", "enqueue_one(ARGV[at]", "queued in the same step"),
        Source("worker/heavy_work.py", "self._executor.compute(", "a worker's child computes it"),
    ),
    twin=Twin(
        "The server computes within the request, on its event loop.",
        without=("computed in the request",),
    ),
    checks=(
        every(
            _nobody_waits,
            name="nobody-waits",
            says="Small requests are answered before the long number is there.",
        ),
        COUNTED_ONCE,
        NOTHING_LOST,
        RIGHT_VALUES,
    ),
    breaks="nobody-waits",
    lasts_s=20,
    play=play,
    settings={"request_deadline_s": 15, "sweep_after_s": 1},
)

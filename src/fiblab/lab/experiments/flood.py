"""Ten times what the queue may hold: what does not fit is refused at once, and nothing is lost."""

import asyncio

from fiblab.lab.stage.checks import COUNTED_ONCE, NOTHING_LOST, RIGHT_VALUES, every, told
from fiblab.lab.stage.experiment import Experiment, Prediction, Source, Twin
from fiblab.lab.stage.lines import Happening
from fiblab.lab.stage.observing import measure_latency, watching_depth
from fiblab.lab.stage.record import ArmRecord
from fiblab.lab.stage.stage import Stage

#: Jobs that may wait or run together.
BOUND = 20
#: Numbers that are asked for, each by one request: ten times as many.
LOAD = range(20_001, 20_001 + 10 * BOUND)
#: Clients that send them.
CLIENTS = 50
#: What a refusal for want of room is answered with: 503 and Retry-After.
REFUSED = "503 queue-full"


async def play(stage: Stage) -> None:
    """Flood the queue, let a worker drain it, and ask once more for what was refused."""
    await stage.open_server()
    async with watching_depth(stage):
        answers = await asyncio.gather(
            *(stage.request(index, client=f"client-{index % CLIENTS + 1}") for index in LOAD)
        )
        await stage.open_worker()
        accepted = [one.first for one in answers if not one.problem]
        await measure_latency(stage, accepted)
        for index in [one.first for one in answers if one.problem][:1]:
            await stage.request(index, client="client-again")
            await stage.until("completed", job=index)


def _depths(record: ArmRecord) -> list[tuple[int, Happening]]:
    """Follow how many jobs the queue held, from transition to transition."""
    steps = {"enqueued": 1, "completed": -1, "dead": -1}
    depth, depths = 0, []
    for happening in record.happenings:
        if happening.source == "queue" and happening.kind in steps:
            depth += steps[happening.kind]
            depths.append((depth, happening))
    return depths


def _bound_held(record: ArmRecord) -> list[tuple[bool, str]]:
    if not (depths := _depths(record)):
        return []
    most, when = max(depths, key=lambda one: one[0])
    words = f"at most {most} jobs were in the queue at once, where {BOUND} may be"
    return [(most <= BOUND, f"{words}; {told(when)}")]


def _refusals(record: ArmRecord) -> list[tuple[bool, str]]:
    """Look for the rows of whoever was refused and did not ask again."""
    rows = {row.index for row in record.ledger.rows.values()}
    accepted = {one.job for one in record.select("client", "accepted")}
    return [
        (one.detail == REFUSED and int(one.job) not in rows, f"{told(one)}; no row in the ledger")
        for one in record.select("client", "refused")
        if one.job not in accepted
    ]


def _accepted_later(record: ArmRecord) -> list[tuple[bool, str]]:
    again = record.select("client", "accepted", who="client-again")
    asked = record.select("client", "requested", who="client-again")
    return [(bool(again), "; ".join(map(told, (*asked, *again))))] if asked else []


EXPERIMENT = Experiment(
    id="flood",
    title="More than can be served",
    pattern="Bounded queue and backpressure",
    chapter="bounded-queue",
    question="Ten times more requests come than the queue may hold: what becomes of them?",
    fault="200 requests for 200 numbers at once, where 20 jobs may wait or run",
    prediction=Prediction(
        question="The queue may hold 20 jobs, and 200 requests come at once. What happens?",
        choices=(
            "All 200 are accepted; the last ones wait longest.",
            "20 are accepted, and 180 connections wait until there is room.",
            "20 are accepted, and 180 are refused at once and told when to come again.",
            "The newest 20 push out those that came before.",
        ),
        answer=2,
    ),
    explanation="""
When work comes faster than it is done, something has to give. A queue without a bound hides the
choice: it takes everything, grows, and each job waits behind all the earlier ones. In the end
memory runs out, and long before that the answers come too late to be of use to anybody.

Here the bound is looked at in the script that takes a request in, before anything is written and
before anything is counted. What does not fit is refused within milliseconds: 503, with a
Retry-After that says when to come again. A refusal is definite: no job, no row in the ledger, no
count. So a client may ask again at no risk, and whoever was accepted waits no longer than a full
queue takes.

The price is that clients must be able to take a no. The twin accepts everybody: look at its depth,
and at how the latency of the last ones grows with it.
""",
    sources=(
        Source("server/lua/admit.lua", "+ new > bound", "no room: nothing was written yet"),
        Source("queue/lua/parts/enqueue_one.lua", ">= bound", "the bound, in the queue itself"),
        Source("server/intake.py", "admission.outcome is Outcome.FULL", "refused, not yet counted"),
    ),
    twin=Twin("The queue takes whatever comes.", without=("bound not held",)),
    checks=(
        every(
            _bound_held,
            name="bound-held",
            says="There are never more jobs in the queue than it may hold.",
        ),
        every(
            _refusals,
            name="refused-cleanly",
            says="Whoever is refused is told 503, and leaves no row in the ledger.",
        ),
        every(
            _accepted_later,
            name="accepted-later",
            says="Who was refused and asks again later is accepted.",
        ),
        NOTHING_LOST,
        COUNTED_ONCE,
        RIGHT_VALUES,
    ),
    breaks="bound-held",
    lasts_s=22,
    play=play,
    settings={"queue_bound": BOUND, "request_deadline_s": 10, "sweep_after_s": 1},
)

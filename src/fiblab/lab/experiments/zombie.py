"""A worker freezes past its lease, wakes up and hands in its result: too late, and in vain."""

from fiblab.lab.faults.framing import Moment
from fiblab.lab.stage.checks import (
    COUNTED_ONCE,
    NOTHING_LOST,
    ONE_HOLDER,
    RIGHT_VALUES,
    every,
    told,
)
from fiblab.lab.stage.experiment import Experiment, Prediction, Source, Twin
from fiblab.lab.stage.lines import Happening
from fiblab.lab.stage.record import ArmRecord
from fiblab.lab.stage.stage import Stage
from fiblab.lab.stage.ways import strike_at

WORKERS = ("worker-1", "worker-2")
#: The job that both workers get. A light one: nothing stops its worker but the queue's refusal.
JOB = 5_000
#: What the zombie claims in the same call in which it hands in its result: so it is in the log.
NEXT_JOB = 6_000


async def play(stage: Stage) -> None:
    """Freeze each worker when it has computed and not yet stored; thaw them in the same order."""
    for worker in WORKERS:
        await stage.open_worker(worker, lanes="light")
        strike_at(stage, worker, "SET", Moment.BEFORE, stage.freeze)
    await stage.open_server()
    await stage.request(JOB)
    zombie = await stage.until("frozen", source="fault")
    holder = await stage.until("frozen", source="fault", after=zombie)
    await stage.request(NEXT_JOB, client="client-2")
    stage.thaw(zombie.who)
    await stage.until("claimed", job=NEXT_JOB, who=zombie.who)
    stage.thaw(holder.who)
    await stage.until("completed", job=JOB)


def _came_back(record: ArmRecord) -> list[tuple[bool, str]]:
    """Look for the zombie's first claim after its thaw, which brought its result along."""
    cases = []
    for thaw in record.select("fault", "thawed")[:1]:
        for claim in record.queue("claimed", job=str(NEXT_JOB)):
            if claim.who == thaw.who:
                text = f"{told(thaw)}; in one call it handed in job {JOB} and got {told(claim)}"
                cases.append((True, text))
    return cases


def _ended_by_its_holder(record: ArmRecord) -> list[tuple[bool, str]]:
    """Compare who ended a job with who had claimed it last."""
    ends = [(end, _last_claim(record, end)) for end in record.queue("completed")]
    return [
        (end.who == claim.who, f"{told(claim)}; {told(end)}")
        for end, claim in ends
        if claim is not None
    ]


def _last_claim(record: ArmRecord, end: Happening) -> Happening | None:
    before = record.happenings[: record.happenings.index(end)]
    claims = [one for one in before if one.kind == "claimed" and one.job == end.job]
    return claims[-1] if claims else None


EXPERIMENT = Experiment(
    id="zombie",
    title="A worker comes back from the dead",
    pattern="Fencing by a nonce",
    chapter="fencing",
    question="A worker freezes past its lease, wakes and hands in its result: who ends the job?",
    fault="SIGSTOP of the worker that has the job, and SIGCONT when the job is another's",
    prediction=Prediction(
        question=(
            "A frozen worker lost its job to another one. It wakes up, knows nothing of that, and "
            "reports the job done while the other still works on it. What does the queue do?"
        ),
        choices=(
            "It accepts: done is done, whoever says so.",
            "It refuses and changes nothing: the job belongs to the other worker.",
            "It gives the job back to the one that had it first.",
            "It starts the job once more, as it cannot know whom to trust.",
        ),
        answer=1,
    ),
    explanation="""
A worker that was frozen (a paused virtual machine, a long garbage collection, a laptop that slept)
cannot know it. Its clock stood still with it, so it wakes up in the belief that the lease is its
own. No check that the worker makes by itself can help: it may freeze right after the check.

So the queue checks. Each claim draws a fresh random number, the nonce, and keeps it with the lease.
Whoever ends a job must show the nonce of the claim that holds it now. When the lease ran out and
another worker claimed the job, there was a new nonce, and the zombie's has opened nothing since:
its completion is called stale, and the job stays with its holder. Comparing and ending are one
script, so that nothing can come between.

The price is one field per leased job. A counter (a fencing token) would do the same for a while,
but a Redis that lost its last writes would give the same number out again; a random one never
comes back.

The twin asks for no nonce: whoever says "done" ends the job. The zombie ends a job that is in
another worker's hands. Here both compute the same number; where they don't, the stale result wins.

In this run both workers are frozen at the moment when they are about to store their value, and are
thawed one after the other, so that the zombie always comes first.
""",
    sources=(
        Source("queue/lua/parts/claim_some.lua", "write_all('HSET', key.nonce", "a claim's nonce"),
        Source("queue/lua/parts/record.lua", "local function holds", "it is compared"),
        Source("queue/lua/parts/complete_some.lua", "local holds_still =", "or it is stale"),
        Source("worker/lane.py", "Claimant.fresh", "each claim draws its own"),
    ),
    twin=Twin("Whoever says that a job is done ends it; nobody asks for a nonce.", ("no nonce",)),
    checks=(
        every(
            _ended_by_its_holder,
            name="ended-by-holder",
            says="A job is ended by the worker that claimed it last, and by nobody else.",
        ),
        every(
            _came_back,
            name="came-back",
            says="The zombie did wake up, and did hand in its result.",
        ),
        ONE_HOLDER,
        NOTHING_LOST,
        COUNTED_ONCE,
        RIGHT_VALUES,
    ),
    breaks="ended-by-holder",
    lasts_s=18,
    play=play,
)

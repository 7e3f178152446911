"""A job that kills every worker that takes it is given up, and does not hold up the others."""

from fiblab.lab.stage.checks import ATTEMPTS_BOUNDED, COUNTED_ONCE, NOTHING_LOST, every, told
from fiblab.lab.stage.experiment import Experiment, Prediction, Source, Twin
from fiblab.lab.stage.record import ArmRecord
from fiblab.lab.stage.stage import Stage

WORKER = "worker-1"
#: The poison: its worker is killed whenever it has just claimed it. It takes about a second.
POISON = 20_000_000
#: The job that stands behind it in the same lane; it takes some 30 ms.
HARMLESS = 1_000_000
#: Claims that a job has: fewer than usual, as each costs a lease and a worker's start.
MAX_ATTEMPTS = 2
#: Deaths after which the lab has seen enough: one more than a job may cause.
DEATHS = MAX_ATTEMPTS + 1


async def play(stage: Stage) -> None:
    """Kill the worker at each claim of the poison, and start it again as a supervisor would."""
    await stage.open_server()
    await stage.request(POISON)
    await stage.request(HARMLESS, client="client-2")
    await stage.open_worker(WORKER, lanes="heavy")
    step = await stage.until("claimed", job=POISON)
    for _ in range(DEATHS):
        stage.kill(WORKER)
        stage.restart(WORKER)
        step = await stage.until(("claimed", "dead"), job=POISON, after=step)
        if step.kind == "dead":
            break
    await stage.until("completed", job=HARMLESS)


def _given_up(record: ArmRecord) -> list[tuple[bool, str]]:
    """Look for the dead letter, and for its reason in the ledger."""
    ends = [*record.queue("dead", job=str(POISON)), *record.queue("completed", job=str(POISON))]
    reasons = [row.category for row in record.ledger.rows.values() if row.index == POISON]
    kept = f"the ledger's reason: {', '.join(reasons) or 'none'}"
    return [(end.kind == "dead" and any(reasons), f"{told(end)}; {kept}") for end in ends]


def _others_served(record: ArmRecord) -> list[tuple[bool, str]]:
    """Count how often the poison was claimed before the job behind it was."""
    turns = [one for one in record.queue("claimed") if one.job in {str(POISON), str(HARMLESS)}]
    served = [place for place, one in enumerate(turns) if one.job == str(HARMLESS)][:1]
    return [
        (deaths <= MAX_ATTEMPTS, f"{told(turns[deaths])}, after {deaths} claims of the poison")
        for deaths in served
    ]


EXPERIMENT = Experiment(
    id="poison",
    title="A job that kills its worker",
    pattern="Dead letters, and attempts that are counted on claim",
    chapter="dead-letters",
    question="A job kills every worker that takes it: does the queue ever get past it?",
    fault="SIGKILL of the worker at each claim of that job, as when memory has run out",
    prediction=Prediction(
        question=(
            "A job kills its worker each time, so that no worker lives to report a failure. Each "
            "job has two attempts, and another job waits behind it. What happens?"
        ),
        choices=(
            "The workers die of it for ever: nobody can count failures that are never reported.",
            "After two claims it is given up with a reason, and the job behind it is served.",
            "It is tried twice, and then stays at the head of the lane and blocks it.",
            "After the first death it is thrown away.",
        ),
        answer=1,
    ),
    explanation="""
Some jobs bring their worker down: they take all the memory, or meet a bug in native code. Such a
worker reports no failure, it is just gone. When its lease has run out the job is given to the next
worker, and kills that one.

So an attempt is counted when the job is claimed, in the same script that leases it, and not when it
fails: the dead need not report anything. The claim that would be one too many makes the job a dead
letter instead, with the reason that each of its workers died, and in the same call goes on to the
next job. A person can look at dead letters and queue them again; a client that asks is told that
the job failed, and why.

The price: a job that is unlucky as often (in deploys that kill instead of asking, say) is given up
although it did nothing wrong. That is why a worker that ends in order gives the attempt back.

The twin counts an attempt when it fails, as an exception handler would. Nobody ever fails, so the
count stays at zero, and workers die of the same job until somebody looks. The lab stops killing
them after three deaths; the job would not have stopped.
""",
    sources=(
        Source(
            "queue/lua/parts/claim_some.lua",
            "local attempt = (tonumber(before[at]) or 0) + 1",
            "the attempt is counted",
        ),
        Source(
            "queue/lua/parts/claim_some.lua",
            "if attempt > claim.max_attempts then",
            "one too many: given up",
        ),
        Source("queue/lua/parts/dead_letter.lua", "local function bury", "kept, with its reason"),
        Source("queue/lua/release.lua", "HINCRBY', key.attempts, id, -1", "given back in order"),
    ),
    twin=Twin(
        "An attempt is counted when a worker reports that it failed; the dead report nothing.",
        without=("attempts counted on exception",),
    ),
    checks=(
        ATTEMPTS_BOUNDED,
        every(
            _given_up,
            name="given-up",
            says="The job becomes a dead letter, and the ledger keeps the reason.",
        ),
        every(
            _others_served,
            name="others-served",
            says="The job behind it has its turn after no more deaths than attempts.",
        ),
        NOTHING_LOST,
        COUNTED_ONCE,
    ),
    breaks="attempts-bounded",
    lasts_s=22,
    play=play,
    settings={"max_attempts": MAX_ATTEMPTS, "visibility_timeout_s": 1},
)

"""The same job is delivered twice, and its effect is there once."""

from fiblab.lab.checker.reference_values import digit_count
from fiblab.lab.faults.framing import Moment
from fiblab.lab.stage.checks import COUNTED_ONCE, NOTHING_LOST, RIGHT_VALUES, every, told
from fiblab.lab.stage.experiment import Experiment, Prediction, Source, Twin
from fiblab.lab.stage.record import ArmRecord
from fiblab.lab.stage.stage import Stage
from fiblab.lab.stage.ways import strike_at

FIRST, SECOND = "worker-1", "worker-2"
#: A heavy job: its value is kept in PostgreSQL, where its length can be read.
JOB = 1_000_000


async def play(stage: Stage) -> None:
    """Kill the first worker when its value is stored and its job not yet reported done."""
    await stage.open_worker(FIRST, lanes="heavy")
    storing = "insert fibonacci_value"
    strike_at(stage, FIRST, storing, Moment.AFTER, stage.kill, store="postgres")
    await stage.open_server()
    await stage.request(JOB)
    await stage.until("killed", source="fault")
    await stage.open_worker(SECOND, lanes="heavy")
    await stage.until("completed", job=JOB)


def _delivered_twice(record: ArmRecord) -> list[tuple[bool, str]]:
    claims = record.queue("claimed", job=str(JOB))
    return [(len(claims) > 1, "; ".join(map(told, claims)))] if claims else []


def _stored_once(record: ArmRecord) -> list[tuple[bool, str]]:
    """Compare what PostgreSQL keeps with what one delivery leaves."""
    kept = record.ledger.digit_counts.get(JOB)
    if kept is None:
        return [(False, f"F({JOB:,}) is not kept at all")]
    once = digit_count(JOB)
    return [(kept == once, f"F({JOB:,}) has {once:,} digits, and {kept:,} digits are kept")]


EXPERIMENT = Experiment(
    id="idempotency",
    title="The same job is delivered twice",
    pattern="Idempotent effects",
    chapter="idempotent-effects",
    question="A worker dies after it has stored its result: what does the second delivery do?",
    fault="SIGKILL of the worker right after its value is stored, before its job is reported done",
    prediction=Prediction(
        question=(
            "The first worker stored the value and died before it could say so. The job is "
            "delivered again. What is stored in the end?"
        ),
        choices=(
            "The value, twice over: each delivery has its effect.",
            "Nothing: the second delivery finds a conflict and takes the value back.",
            "The value, once: a second delivery leaves all as it is.",
            "There is no second delivery: the queue notices that the value is stored.",
        ),
        answer=2,
    ),
    explanation="""
No queue can deliver exactly once. Between storing a result and reporting the job done there is a
gap, and a worker that dies in it leaves the queue with two choices: deliver again, or perhaps not
at all. This queue delivers again (at least once), so a job must be such that doing it twice is as
good as doing it once: its effect must be idempotent.

Here that takes two things. The effect sets, and adds nothing: F(n) is stored under n, and storing
it again leaves what is there. And a worker looks before it computes: where the value is stored
already, the second delivery costs one look and is done.

The price lies in the design: "add to the account", "append a line", "send a mail" are not of this
kind by themselves. They become so by a key that is written together with the effect, as the
double-click experiment shows.

The twin does not look, and adds its result to what it finds, as one appends to a file. The second
delivery doubles what is stored.
""",
    sources=(
        Source("worker/heavy_work.py", "if await self._is_at_hand(index):", "it looks first"),
        Source(
            "storage/postgres_values.py", "on conflict (index) do nothing", "it sets, adds nothing"
        ),
        Source("worker/heavy_work.py", "await self._store(index, text)", "it stores, then reports"),
    ),
    twin=Twin(
        "A worker computes without looking, and adds its result to what is stored already.",
        without=("no look before computing", "result added, not set"),
    ),
    checks=(
        every(
            _stored_once,
            name="stored-once",
            says="What is stored is what one delivery leaves, however often the job was delivered.",
        ),
        every(
            _delivered_twice, name="delivered-twice", says="The job was delivered more than once."
        ),
        NOTHING_LOST,
        COUNTED_ONCE,
        RIGHT_VALUES,
    ),
    breaks="stored-once",
    lasts_s=18,
    play=play,
)

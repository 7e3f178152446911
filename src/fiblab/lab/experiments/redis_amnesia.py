"""Redis comes back empty, and what was accepted is calculated still, as the ledger knows of it."""

from fiblab.lab.faults.redis_faults import RedisWiped
from fiblab.lab.stage.checks import COUNTED_ONCE, ONE_PLACE, RIGHT_VALUES, every, told
from fiblab.lab.stage.experiment import Experiment, Prediction, Source, Twin
from fiblab.lab.stage.lines import Happening
from fiblab.lab.stage.record import ArmRecord
from fiblab.lab.stage.stage import Stage

#: From which short jobs are drawn, and how many; the light lane has them.
SHORT_JOBS, SHORT_COUNT = range(200, 10_000), 8
#: The same of longer ones; the heavy lane has them.
LONG_JOBS, LONG_COUNT = range(100_000, 400_000), 3
#: Asked for when Redis is empty, to show that all else works.
LATER_JOB = 150
#: Who asks for it.
LATER_CLIENT = "client-2"


async def play(stage: Stage) -> None:
    """Accept requests while no worker runs, empty Redis, and only then start one."""
    await stage.open_server()
    for jobs, count in ((SHORT_JOBS, SHORT_COUNT), (LONG_JOBS, LONG_COUNT)):
        for index in stage.dice.sample(jobs, count):
            await stage.request(index)
            await stage.until("enqueued", job=index)
    async with stage.under(RedisWiped()):
        await stage.open_worker()
        await stage.request(LATER_JOB, client=LATER_CLIENT)
        await stage.until("completed", job=LATER_JOB)


def _kept_promises(record: ArmRecord) -> list[tuple[bool, str]]:
    """Look what became of each early request, before the final reader looked it up.

    A look-up puts a lost job back into the queue: what comes of that nobody had promised.
    """
    accepted = [
        happening
        for happening in record.select("client", "accepted")
        if happening.who != LATER_CLIENT
    ]
    (wiped,) = record.select("fault", "struck")
    return [_kept_promise(record, promise, wiped) for promise in accepted]


def _kept_promise(record: ArmRecord, promise: Happening, wiped: Happening) -> tuple[bool, str]:
    looked = record.select("client", "asked", job=promise.job)
    calculated = [
        happening
        for happening in record.queue("completed", job=promise.job)
        if not looked or happening.at_ms < looked[0].at_ms
    ]
    story = f"{told(promise)}; {told(wiped)}"
    if not calculated:
        return False, f"{story}; nobody calculated it, until it was looked up"
    open_rows = [
        row
        for row in record.ledger.rows.values()
        if str(row.index) == promise.job and row.state != "done"
    ]
    if open_rows:
        return False, f"{story}; {told(calculated[0])}; the ledger still owes it"
    return True, f"{story}; {told(calculated[0])}"


EXPERIMENT = Experiment(
    id="redis-amnesia",
    title="Redis comes back empty",
    pattern="Ledger and sweeper",
    chapter="ledger-and-sweeper",
    question="Redis comes back empty: what becomes of the requests that were accepted?",
    fault="FLUSHALL while accepted requests wait for a worker",
    prediction=Prediction(
        question="Eleven requests were accepted and wait in Redis when it loses everything. "
        "A worker starts, and no client asks again. What becomes of the eleven?",
        choices=(
            "They are lost: the queue was the only place that knew of them.",
            "Redis reads them from its append-only file again.",
            "All are calculated: PostgreSQL knows that they are owed.",
            "Those that clients look up later are calculated, the others are not.",
        ),
        answer=2,
    ),
    explanation="""
A request is accepted only when a row of it is committed to the ledger, in PostgreSQL. The queue, in
Redis, is merely how the work gets to a worker. Every few seconds one of the workers (the sweeper)
reads the rows that have been open for a while, and asks Redis where their jobs are. What is under
way is left alone. What has a value, or a dead letter, is closed. What Redis knows nothing of was
lost, and is put into the queue again. So all of Redis may be lost, and no promise is.

The price is a commit for each request before its answer, though many requests share one, and time:
a lost job waits until the sweeper comes by (half a second here, and only rows older than 2 s). It
may also take for lost what is not, and have it calculated twice, which harms nobody: a value is the
same each time.

The twin has no sweeper. Its rows stay open, even those of jobs that were done, as nobody else
closes them; and the eleven are never calculated, until somebody happens to look one of them up: the
server then finds that it was asked for once, and puts it into the queue again.
""",
    sources=(
        Source(
            "server/intake.py", "recorded = await self._count(", "accepted means: in the ledger"
        ),
        Source(
            "worker/maintenance/sweeper.py",
            "if status.state is JobState.GONE])",
            "what Redis has lost is put into the queue again",
        ),
        Source(
            "worker/maintenance/sweeper.py", "await self._close_done(", "what is done is closed"
        ),
    ),
    twin=Twin(
        "No sweeper: nobody compares the ledger's open rows with what Redis knows.",
        without=("no sweeper",),
    ),
    checks=(
        every(
            _kept_promises,
            name="promises-kept",
            says="Whatever was accepted before Redis was emptied is calculated, unasked.",
        ),
        COUNTED_ONCE,
        ONE_PLACE,
        RIGHT_VALUES,
    ),
    breaks="promises-kept",
    lasts_s=15,
    play=play,
)

"""A thousand clients ask for one number at once, and it is computed once, as it is one job."""

import asyncio

from fiblab.lab.stage.checks import COUNTED_ONCE, NOTHING_LOST, RIGHT_VALUES, every, told
from fiblab.lab.stage.experiment import Experiment, Prediction, Source, Twin
from fiblab.lab.stage.observing import watching_depth
from fiblab.lab.stage.record import ArmRecord
from fiblab.lab.stage.stage import Stage

#: What all of them ask for: about a millisecond of work.
INDEX = 100_000
#: Requests, all sent before any has its value.
REQUESTS = 1_000
#: Clients that send them.
CLIENTS = 50


async def play(stage: Stage) -> None:
    """Let everybody ask while no worker is there yet; then one comes."""
    await stage.open_server()
    async with watching_depth(stage):
        await asyncio.gather(
            *(stage.request(INDEX, client=f"client-{n % CLIENTS + 1}") for n in range(REQUESTS))
        )
        await stage.open_worker()
        await stage.until("completed")


def _one_computation(record: ArmRecord) -> list[tuple[bool, str]]:
    """Count the jobs that were queued, and how often one was given to a worker."""
    accepted = len(record.select("client", "accepted"))
    enqueued, claimed = record.queue("enqueued"), record.queue("claimed")
    if not claimed:
        return []
    return [
        (len(enqueued) == 1, f"{accepted:,} requests were accepted as {len(enqueued):,} job(s)"),
        (len(claimed) == 1, f"a worker computed F({INDEX:,}) {len(claimed):,} time(s)"),
        (len(claimed) == 1, f"the first: {told(claimed[0])}; the last: {told(claimed[-1])}"),
    ]


EXPERIMENT = Experiment(
    id="stampede",
    title="A thousand ask for the same",
    pattern="Deduplication",
    chapter="deduplication",
    question="1,000 clients ask for the same number at once: how often is it computed?",
    fault="a burst of 1,000 requests for F(100,000), before any of them has its answer",
    prediction=Prediction(
        question="1,000 requests for F(100,000) arrive before its value is known. How many jobs?",
        choices=(
            "1,000: each request is a job.",
            "One: whoever comes later joins the job that is there.",
            "As many as arrive before the first worker looks into the cache.",
            "One for each client.",
        ),
        answer=1,
    ),
    explanation="""
A value that many want and that nobody has yet draws a stampede: until the first computation has
ended, each newcomer finds the cache empty and would start another one. Here a job's id is the
index itself, and taking in a request is one script: is the value there? is there a record of the
job? Only if neither is, the record is written and the job pushed. Redis runs one script at a time,
so that of a thousand requests exactly one finds nothing. The record is the deduplication: there is
no second key that could be left behind, and it goes when the job ends.

Every request is counted all the same: the ledger has a row for each of them. The price is that all
wait for the same job. Where it fails, it fails for everybody.

The twin names each job after its request, and its workers compute what they are given without
looking whether the value is there by now. All answers are right. They just cost a thousand times
the work, while other jobs wait behind them.
""",
    sources=(
        Source(
            "queue/lua/parts/enqueue_one.lua",
            "redis.call('HEXISTS', key.job, id)",
            "a record that exists is the job",
        ),
        Source("server/lua/admit.lua", "local value = read_value", "a value that is there is it"),
        Source("fibonacci/job.py", "equal indices are one job", "the job's id is the index"),
        Source("worker/light_work.py", "async def _look", "a worker looks before it computes"),
    ),
    twin=Twin(
        "Each request is a job of its own, and workers compute without looking.",
        without=("a job for each request", "computed unseen"),
    ),
    checks=(
        every(
            _one_computation,
            name="computed-once",
            says="However many ask, there is one job, and it is computed once.",
        ),
        COUNTED_ONCE,
        NOTHING_LOST,
        RIGHT_VALUES,
    ),
    breaks="computed-once",
    lasts_s=18,
    play=play,
    settings={"light_max_index": INDEX, "request_deadline_s": 10},
)

"""A worker dies in the middle of a job, and another finishes it, as the job was only on lease."""

from fiblab.lab.stage.checks import (
    COUNTED_ONCE,
    NOTHING_LOST,
    ONE_HOLDER,
    RIGHT_VALUES,
    every,
    told,
)
from fiblab.lab.stage.experiment import Experiment, Prediction, Source, Twin
from fiblab.lab.stage.record import ArmRecord
from fiblab.lab.stage.stage import Stage

#: Takes about a second, so that its worker can be killed in the middle.
LONG_JOB = 30_000_000
#: What the other worker does meanwhile.
SHORT_JOBS = (40, 90, 5_000)


async def play(stage: Stage) -> None:
    """Kill the worker that has just claimed the long job; the other one stays."""
    await stage.open_worker("worker-1", lanes="heavy")
    await stage.open_server()
    await stage.request(LONG_JOB)
    claimed = await stage.until("claimed", job=LONG_JOB)
    stage.kill(claimed.who)
    await stage.open_worker("worker-2")
    for index in SHORT_JOBS:
        await stage.request(index, client="client-2")
    for index in SHORT_JOBS:
        await stage.until("completed", job=index)


def _redelivered(record: ArmRecord) -> list[tuple[bool, str]]:
    """Look for a second claim of the job after its lease has expired, by somebody else."""
    job = str(LONG_JOB)
    first, *later = record.queue("claimed", job=job)
    expired = record.queue("expired", job=job)
    again = [claim for claim in later if claim.who != first.who]
    if not (expired and again):
        return [(False, f"{told(first)}; nobody claimed it again")]
    return [(True, "; ".join(map(told, (first, expired[0], again[0]))))]


EXPERIMENT = Experiment(
    id="crash",
    title="A worker dies mid-job",
    pattern="Lease (visibility timeout)",
    chapter="lease",
    question="A worker dies in the middle of a job: who finishes it, and when?",
    fault="SIGKILL of the worker right after it has claimed the job",
    prediction=Prediction(
        question="The worker that holds F(30,000,000) is killed. What becomes of the job?",
        choices=(
            "It is lost: the worker took it out of the queue.",
            "Redis notices the broken connection and gives the job on at once.",
            "Another worker gets it when its lease has run out.",
            "It waits until the same worker comes back.",
        ),
        answer=2,
    ),
    explanation="""
Claiming a job does not take it out of the queue: it is moved from its lane to the set of leases,
together with the moment at which the lease ends. A worker that is alive prolongs its leases long
before that (the heartbeat). One that was killed does not, so the lease runs out, and the next
claim of any worker finds that and puts the job back at the head of its lane. Nobody has to notice
the death: silence is enough.

The price is time: the job stands still until its lease has run out (2 s here). A shorter lease
means a shorter wait, and more workers that are taken for dead while they are merely slow.

The twin pops the job from its list and notes nowhere who has it, as most tutorials do. When its
worker dies, the only trace of the job is a record that keeps everybody else from queueing it again.
""",
    sources=(
        Source(
            "queue/lua/parts/claim_some.lua", "write_all('ZADD', key.leases", "the lease begins"
        ),
        Source("queue/lua/parts/reclaim.lua", "local function take_back_expired", "it runs out"),
        Source(
            "queue/lua/heartbeat.lua", "redis.call('ZADD', key.leases", "a live worker prolongs it"
        ),
    ),
    twin=Twin(
        "A claim pops the job from its list and notes nowhere who has it; whoever is done says so.",
        without=("pop without lease", "no nonce"),
    ),
    checks=(
        NOTHING_LOST,
        every(
            _redelivered,
            name="redelivered",
            says="When its lease has run out, another worker gets the job.",
        ),
        ONE_HOLDER,
        COUNTED_ONCE,
        RIGHT_VALUES,
    ),
    breaks="nothing-lost",
    lasts_s=20,
    play=play,
)

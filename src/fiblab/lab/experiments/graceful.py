"""A deploy: a server and a worker are told to stop under load, and nobody notices."""

import asyncio

from fiblab.lab.chaos.load.calls import look_up
from fiblab.lab.stage.checks import COUNTED_ONCE, NOTHING_LOST, RIGHT_VALUES, every, told
from fiblab.lab.stage.experiment import Experiment, Prediction, Source, Twin
from fiblab.lab.stage.record import ArmRecord
from fiblab.lab.stage.stage import Stage
from fiblab.lab.stage.ways import passed, until_passed

SERVERS = ("server-1", "server-2")
WORKERS = ("worker-1", "worker-2")
#: The server that is told to stop.
LEAVING = "server-2"
#: Takes a second or more, so that its worker is told to stop in the middle.
LONG_JOB = 30_000_000
#: What is asked for meanwhile, half of it from the server that is told to stop.
SHORT_JOBS = tuple(range(1_000, 1_008))
#: Seconds that a worker has for finishing: fewer than the long job takes.
GRACE_S = 0.2
#: Seconds for which clients ask an answer to be held, until the long job is done.
HELD_S = 8
#: How a worker's hold on a job may end.
ENDS_OF_A_HOLD = ("completed", "released", "expired")


async def play(stage: Stage) -> None:
    """SIGTERM to a server that owes answers, then to the worker that has the long job."""
    for worker in WORKERS:
        await stage.open_worker(worker, shutdown_grace_s=GRACE_S)
    for server in SERVERS:
        await stage.open_server(server)
    await stage.request(LONG_JOB)
    claimed = await stage.until("claimed", job=LONG_JOB)
    async with asyncio.TaskGroup() as clients:
        for client in ("client-2", "client-3"):  # servers take turns: each gets one
            clients.create_task(stage.send(look_up(LONG_JOB, HELD_S), client))
        await until_passed(stage, LEAVING, "look_up", 1)
        await _ask_for_short_jobs(stage, clients)
        stage.terminate(LEAVING)
        del stage.system.addresses[LEAVING]  # as a balancer does, which asks whether it is ready
        await stage.ended(LEAVING)
        stage.terminate(claimed.who)
        await stage.ended(claimed.who)
        await stage.until("claimed", job=LONG_JOB, after=claimed)


async def _ask_for_short_jobs(stage: Stage, clients: asyncio.TaskGroup) -> None:
    """Let requests be under way at both servers: return when all of them have come there."""
    before = {server: passed(stage, server, "admit") for server in SERVERS}
    for index in SHORT_JOBS:
        clients.create_task(stage.request(index, client="client-4"))
    for server in SERVERS:
        share = len(SHORT_JOBS) // len(SERVERS)
        await until_passed(stage, server, "admit", before[server] + share)


def _none_dropped(record: ArmRecord) -> list[tuple[bool, str]]:
    calls = [one for one in record.exchanges if one.client != "final reader"]
    dropped = [
        (False, f"{one.call} of F({one.first:,}) by {one.client}: {one.failure}")
        for one in calls
        if not one.status
    ]
    return dropped or [(True, f"{len(calls)} calls, each with a whole answer")]


def _handed_back(record: ArmRecord) -> list[tuple[bool, str]]:
    """Look what became of the long job that the worker held when it was told to stop."""
    job = str(LONG_JOB)
    ends = [one for one in record.happenings if one.job == job and one.kind in ENDS_OF_A_HOLD]
    return [
        (bool(ends) and ends[0].kind != "expired", "; ".join(map(told, (claim, stop, *ends[:1]))))
        for claim in record.queue("claimed", job=job)[:1]
        for stop in record.select("fault", "terminated", who=claim.who)
    ]


EXPERIMENT = Experiment(
    id="graceful",
    title="A deploy under load",
    pattern="Graceful shutdown",
    chapter="graceful-shutdown",
    question="A server and a worker are told to stop under load: who notices?",
    fault="SIGTERM to one of two servers and to the worker that has the long job in hand",
    prediction=Prediction(
        question=(
            "A worker is told to stop in the middle of a long job that it cannot finish in time. "
            "How soon does the other worker get that job?"
        ),
        choices=(
            "When the lease of the stopped worker has run out.",
            "Never: the job ends with its worker.",
            "At once: the worker gives it back before it ends.",
            "When the stopped worker has been started again.",
        ),
        answer=2,
    ),
    explanation="""
A deploy ends every process, many times a day. If it did so as a crash does, each deploy would drop
the requests that are under way and leave each job that is in hand to wait for its lease.

So SIGTERM is a request and not an end. A server says at /readyz that it wants no more, lets go at
once of answers that it holds on purpose, finishes the requests that it has begun, commits what it
has promised, and closes its stores last. A worker claims nothing more and finishes what it has in
hand, as long as its grace lasts. What is not finished by then it gives back: the job stands at the
head of its lane again, its attempt is not counted, and the next worker is woken.

The price is a deploy that takes as long as its grace period, and a supervisor that must wait for
it: one that kills after two seconds makes a crash of it. Crashes still happen, so the lease stays.

The twin ends at once when it is told to. Clients whose answers were owed see their connections
break, and the long job stands still until its lease has run out.
""",
    sources=(
        Source("server/run.py", "def drain_and_stop", "the server drains, then stops"),
        Source("server/waiting.py", "self._drain.begun", "held answers are let go"),
        Source("worker/worker.py", "async def _end", "the worker's grace"),
        Source("worker/lane.py", "async def _give_back", "what is not finished goes back"),
        Source("queue/lua/release.lua", "local function release_one", "to the head of its lane"),
    ),
    twin=Twin(
        "Told to stop, servers and workers end at once, with all that they have begun.",
        without=("calls cut off at the end", "jobs dropped at the end"),
    ),
    checks=(
        every(
            _none_dropped,
            name="none-dropped",
            says="Every call gets a whole answer, those under way at the stop included.",
        ),
        every(
            _handed_back,
            name="handed-back",
            says="The job in hand is finished or given back; nobody waits for its lease.",
        ),
        NOTHING_LOST,
        COUNTED_ONCE,
        RIGHT_VALUES,
    ),
    breaks="none-dropped",
    lasts_s=25,
    play=play,
)

"""Redis falls silent, and every client has its answer long before it speaks again."""

import asyncio

from fiblab.lab.checker.history import Exchange
from fiblab.lab.checker.rules.outcomes import Outcome, outcome_of
from fiblab.lab.faults.redis_faults import RedisFrozen
from fiblab.lab.stage.checks import COUNTED_ONCE, NOTHING_LOST, RIGHT_VALUES, every, told
from fiblab.lab.stage.experiment import Experiment, Prediction, Source, Twin
from fiblab.lab.stage.lines import Happening
from fiblab.lab.stage.persistence import persist
from fiblab.lab.stage.record import ArmRecord
from fiblab.lab.stage.stage import WAIT_LIMIT_S, Stage

#: Clients that ask while Redis is silent: more than the failures in a row that open a breaker (5).
CLIENTS = 8
#: From which each draws its number.
NUMBERS = range(200, 10_000)
#: Seconds for which the twin is watched hanging, above the other's deadlines (2 s and 3 s); nothing
#: in the twin could end that.
WATCHED_S = 4.0


async def play(stage: Stage) -> None:
    """Freeze Redis, ask twice, and thaw it when all is answered or plainly never will be."""
    await stage.open_worker()
    await stage.open_server()
    numbers = stage.dice.sample(NUMBERS, CLIENTS)
    asking = {f"client-{place}": index for place, index in enumerate(numbers, 1)}
    async with stage.under(RedisFrozen(0)):
        asking_twice = asyncio.create_task(_ask_twice(stage, asking))
        await asyncio.wait({asking_twice}, timeout=WATCHED_S if stage.is_twin else WAIT_LIMIT_S)
    refused = await asking_twice
    await asyncio.gather(
        *(
            persist(stage, index, key=_key(client), client=client)
            for client, index in refused.items()
        )
    )
    for index in numbers:
        await stage.until("completed", job=index)


async def _ask_twice(stage: Stage, asking: dict[str, int]) -> dict[str, int]:
    """Ask for each number, and once more for those refused; return those refused again."""
    for _ in range(2):
        tries = (_ask(stage, client, index) for client, index in asking.items())
        answers = await asyncio.gather(*tries)
        asking = {
            answer.client: answer.first
            for answer in answers
            if outcome_of(answer) is not Outcome.ACCEPTED
        }
    return asking


async def _ask(stage: Stage, client: str, index: int) -> Exchange:
    exchange = await stage.request(index, key=_key(client), client=client)
    latency_ms = (exchange.ended_at - exchange.sent_at) * 1_000
    stage.measure("latency_ms", round(latency_ms, 1), who=client)
    return exchange


def _key(client: str) -> str:
    return f"key-of-{client}"


def _answered_meanwhile(record: ArmRecord) -> list[tuple[bool, str]]:
    """Match what each client asked while Redis was silent with its answers, by the log's order."""
    log = list(record.happenings)
    (frozen,) = record.select("fault", "struck")
    (thawed,) = record.select("fault", "healed")
    silent = log[log.index(frozen) : log.index(thawed)]
    clients = {one.who: None for one in silent if one.source == "client"}  # in their order
    return [_answers_to(client, silent, thawed) for client in clients]


def _answers_to(client: str, silent: list[Happening], thawed: Happening) -> tuple[bool, str]:
    """Tell whether the client was answered each time."""
    story = [one for one in silent if one.source == "client" and one.who == client]
    text = "; ".join(map(told, story))
    if story[-1].kind in {"requested", "failed"}:
        return False, f"{text}; no answer until at last {told(thawed)}"
    return True, text


def _serves_again(record: ArmRecord) -> list[tuple[bool, str]]:
    """Look for each number's way through the system; while Redis is frozen none can be completed.

    A job may be completed before its client has asked once more: what had been sent to Redis before
    the deadline lay in its socket, and is done first.
    """
    (thawed,) = record.select("fault", "healed")
    cases = []
    for job in sorted({one.job for one in record.select("client", "requested")}, key=int):
        accepted = [
            one for one in record.select("client", "accepted", job=job) if one.at_ms >= thawed.at_ms
        ]
        completed = record.queue("completed", job=job)
        way = (*completed[:1], *accepted[:1])
        cases.append(
            (bool(accepted and completed), "; ".join(map(told, way)) or f"job {job}: nothing")
        )
    return cases


EXPERIMENT = Experiment(
    id="redis-outage",
    title="Redis falls silent",
    pattern="Deadlines and circuit breaker",
    chapter="circuit-breaker",
    question="Redis stops answering for some seconds: what do clients get meanwhile?",
    fault="SIGSTOP of Redis: connections stay open, and nothing comes back; later SIGCONT",
    prediction=Prediction(
        question="Redis is frozen, and eight clients ask for numbers. What do they get?",
        choices=(
            "Nothing until Redis is back; then all are served.",
            "Their numbers: the server calculates them itself meanwhile.",
            "The connection is closed: the server ends without Redis.",
            "503 and when to ask again: after 2 s at first, and then at once.",
        ),
        answer=3,
    ),
    explanation="""
A store that is dead is the kinder one: its connections break, and whoever calls it knows at once. A
store that is merely silent (frozen, swapping, behind a broken network) keeps its callers waiting,
and each holds a connection and memory while it waits. So every call has a deadline: a reply of
Redis may take 2 s, then its connection is given up, and the client is told 503 with Retry-After:
nothing was counted, ask again. After five failures in a row the breaker opens: further calls are
not made at all, and fail at once. That spares the clients the wait, and Redis the crowd. A second
later one call is let through as a probe; if it succeeds, all may pass again.

The price: whoever is refused has to ask again, with the same key, so that it counts once. And a
deadline that is too short takes a slow store for a dead one.

The twin waits for each reply for as long as it takes, has no breaker, and no deadline for the
request either. Its clients hang for as long as Redis does. The twin is watched for 4 s and Redis
then thawed; nothing in it would have ended the wait after 50 s.
""",
    sources=(
        Source("redis/wire.py", "def _watch(self", "a reply has a deadline"),
        Source("server/breaker.py", "def _failed(self", "failures in a row open the breaker"),
        Source("server/breaker.py", "raise BreakerOpen(self.dependency", "open, it lets nobody by"),
        Source("server/layer.py", "with exchange.deadline:", "so has the whole request"),
    ),
    twin=Twin(
        "No breaker, no deadline for a reply of Redis, and an hour for a request.",
        without=("no breaker", "no reply deadline"),
        settings={"request_deadline_s": 3_600},
    ),
    checks=(
        every(
            _answered_meanwhile,
            name="answered-meanwhile",
            says="Whoever asks while Redis is silent has an answer before it speaks again.",
        ),
        every(
            _serves_again,
            name="serves-again",
            says="When Redis is back every number is taken in and calculated.",
        ),
        COUNTED_ONCE,
        NOTHING_LOST,
        RIGHT_VALUES,
    ),
    breaks="answered-meanwhile",
    lasts_s=25,
    play=play,
)

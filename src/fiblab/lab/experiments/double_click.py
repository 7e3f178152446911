"""An answer is lost, the client asks again with the same key, and is counted once."""

from functools import partial

from fiblab.lab.chaos.load.calls import ADDRESS
from fiblab.lab.checker.history import Exchange
from fiblab.lab.faults.framing import Moment
from fiblab.lab.stage.checks import COUNTED_ONCE, NOTHING_LOST, RIGHT_VALUES, every
from fiblab.lab.stage.experiment import Experiment, Prediction, Source, Twin
from fiblab.lab.stage.record import ArmRecord
from fiblab.lab.stage.stage import Stage
from fiblab.lab.stage.ways import behind_proxy

#: Each is asked for by one click: a small number, a larger one, and one that takes a while.
INDICES = (40, 5_000, 500_000)


async def play(stage: Stage) -> None:
    """Drop the answer to each first request on its way back, and ask again with the same key."""
    await stage.open_worker()
    await stage.open_server()
    async with behind_proxy(stage) as proxy:
        for index in INDICES:
            key = f"click-{stage.dice.getrandbits(32):08x}"
            dropped = partial(stage.log.add, "fault", "dropped", job=str(index), who="proxy")
            proxy.arm(f"POST {ADDRESS}/{index}", Moment.AFTER, partial(dropped, detail="answer"))
            await stage.request(index, key=key)
            await stage.request(index, key=key)
    for index in INDICES:
        await stage.until("completed", job=index)


def _clicks(record: ArmRecord) -> dict[str, list[Exchange]]:
    """Sort the requests by their key: all of one key are one click."""
    clicks: dict[str, list[Exchange]] = {}
    for exchange in record.exchanges:
        if exchange.key:
            clicks.setdefault(exchange.key, []).append(exchange)
    return clicks


def _counted_once(record: ArmRecord) -> list[tuple[bool, str]]:
    cases = []
    for key, requests in _clicks(record).items():
        index = requests[0].first
        count = record.ledger.counts.get(index, 0)
        text = f"F({index:,}): sent {len(requests)} times with the key {key}, counted {count}"
        cases.append((count == 1, text))
    return cases


def _answer_was_lost(record: ArmRecord) -> list[tuple[bool, str]]:
    cases = []
    for requests in _clicks(record).values():
        first, *again = [one.status or "no answer" for one in requests]
        text = f"F({requests[0].first:,}): first {first}, then {', '.join(map(str, again))}"
        cases.append((not requests[0].status and bool(again), text))
    return cases


EXPERIMENT = Experiment(
    id="double-click",
    title="The answer is lost, and the client asks again",
    pattern="Idempotency key",
    chapter="idempotency-key",
    question="An answer is lost and the client repeats its request: is it counted twice?",
    fault="A proxy in front of the server drops the answer to each client's first request",
    prediction=Prediction(
        question=(
            "The server counted a request, but its answer never reached the client, who sends the "
            "request again with the same Idempotency-Key. What is the count?"
        ),
        choices=(
            "2: the server cannot know that the second request is the first one again.",
            "1: the second request finds the row of the first under its key, and adds nothing.",
            "0 at first: the server takes a request back when its answer is not received.",
            "1: the server refuses the second request as a duplicate.",
        ),
        answer=1,
    ),
    explanation="""
A client that gets no answer cannot know which half was lost: the request, or the answer. If it does
not ask again the request may be lost; if it does, it may be done twice. Waiting longer does not
help, and nor does TCP: its acknowledgement says that bytes arrived, not that anything was done.

So the client names its request. It draws a key, sends it as Idempotency-Key, and uses the same key
when it tries again. The key is the primary key of the ledger's row. One statement inserts the row
and adds to the count, and counts only what it inserted: the repetition meets the row that is there,
inserts nothing and adds nothing. Its answer says how the number stands, as the first one's did.

The price is memory: a key is remembered for 24 hours, and a client that repeats itself later than
that is counted again. A key that comes with another number is refused, as it must be a mistake.

The twin ignores the key and counts each request that reaches it. A retry is a second vote.
""",
    sources=(
        Source("server/api/fibonacci.py", "ledger_id=", "the key names what is counted"),
        Source("storage/ledger.py", "on conflict (request_id) do nothing", "a repetition is met"),
        Source("storage/ledger.py", "from inserted group by index", "only what is new is counted"),
        Source("server/intake.py", "Recorded.REPLAYED in recorded", "the repetition is recognised"),
    ),
    twin=Twin(
        "The server ignores the key: it counts each request that reaches it.",
        without=("idempotency key ignored",),
    ),
    checks=(
        every(
            _counted_once,
            name="one-click-counts-once",
            says="A click counts once, however often its request was sent.",
        ),
        every(
            _answer_was_lost,
            name="answer-lost",
            says="The first answer was lost, and the client did ask again.",
        ),
        NOTHING_LOST,
        COUNTED_ONCE,
        RIGHT_VALUES,
    ),
    breaks="one-click-counts-once",
    lasts_s=14,
    play=play,
)

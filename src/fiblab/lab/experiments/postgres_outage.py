"""PostgreSQL dies in the middle of a commit, and each request still counts exactly once."""

import asyncio
from collections import Counter

from fiblab.lab.checker.history import Exchange
from fiblab.lab.checker.rules.outcomes import Outcome, outcome_of
from fiblab.lab.faults.framing import Moment
from fiblab.lab.stage.checks import COUNTED_ONCE, NOTHING_LOST, RIGHT_VALUES, every
from fiblab.lab.stage.experiment import Experiment, Prediction, Source, Twin
from fiblab.lab.stage.persistence import persist
from fiblab.lab.stage.record import ArmRecord
from fiblab.lab.stage.stage import Stage

#: Clients that ask at once, each with a key of its own.
CLIENTS = 20
#: What they ask for: few numbers, so that each is asked for several times.
NUMBERS = (60, 90, 2_000, 5_000)
#: The statement that writes rows and counts, as the way to PostgreSQL calls it.
COMMIT = "insert request_ledger"


async def play(stage: Stage) -> None:
    """Kill PostgreSQL as the first commit is on its way to it; clients ask until accepted."""
    await stage.open_worker()
    await stage.open_server()
    wanted = [(f"client-{number}", stage.dice.choice(NUMBERS)) for number in range(1, CLIENTS + 1)]
    _cut_before_the_commit(stage)
    first_tries = asyncio.gather(*(_ask(stage, client, index) for client, index in wanted))
    await stage.until("cut", source="fault")
    async with stage.away("postgres"):
        answers = await first_tries
    again = [
        persist(stage, answer.first, key=answer.key, client=answer.client)
        for answer in answers
        if outcome_of(answer) is not Outcome.ACCEPTED
    ]
    await asyncio.gather(*again)


def _cut_before_the_commit(stage: Stage) -> None:
    """Let the server's connection break when its next commit sets out."""

    def note() -> None:
        stage.log.add("fault", "cut", who="server to postgres", detail="before the commit")

    link = stage.system.services["server"].postgres_link
    link.arm(COMMIT, Moment.BEFORE, note)


async def _ask(stage: Stage, client: str, index: int) -> Exchange:
    return await stage.request(index, key=f"key-of-{client}", client=client)


def _exact_counts(record: ArmRecord) -> list[tuple[bool, str]]:
    """Compare what clients were told with what is counted, number by number."""
    told: Counter[int] = Counter()
    for exchange in record.exchanges:
        if exchange.key and outcome_of(exchange) is Outcome.ACCEPTED:
            told[exchange.first] += 1
    return [
        (told[index] == counted, f"F({index:,}): {told[index]} clients accepted, counted {counted}")
        for index in sorted(told)
        for counted in [record.ledger.counts.get(index, 0)]
    ]


EXPERIMENT = Experiment(
    id="postgres-outage",
    title="PostgreSQL dies in the middle of a commit",
    pattern="Answer after the (group) commit",
    chapter="group-commit",
    question="PostgreSQL dies while requests are being counted: are the counts right afterwards?",
    fault="The server's commit is cut off and PostgreSQL killed (SIGKILL), then started again",
    prediction=Prediction(
        question="Twenty clients have sent a request each when PostgreSQL is killed in the middle "
        "of a commit. Whoever is refused repeats the request with its key until it is accepted. "
        "How many requests are counted in the end?",
        choices=(
            "Fewer than twenty: what was being committed is lost.",
            "Exactly twenty.",
            "More than twenty: requests that were sent twice count twice.",
            "It depends on how far the commit had come.",
        ),
        answer=1,
    ),
    explanation="""
A commit that breaks off leaves the server in doubt: perhaps PostgreSQL never heard of it, perhaps
it wrote everything and only its answer was lost. No cleverness can tell. So the server says so: 503
with "outcome unknown". The client repeats its request with the same Idempotency-Key, and the key is
the primary key of the ledger's row: where the row is there, nothing is counted again; where it is
not, it is counted now. Row and count are written by one statement, so there is never the one
without the other. And nobody is told "accepted" before the commit that holds its row is done.

Waiting for a commit costs each answer a few milliseconds. Group commit pays for it: while one is
under way all requests that come in gather, and the next commit takes all of them, so that a busy
server commits hundreds of requests at the price of one.

The twin answers while the commit is still under way, which looks faster. When PostgreSQL dies just
then, clients hold an answer that says "accepted" for requests that nobody ever counted. They have
no reason to ask again.
""",
    sources=(
        Source("storage/ledger.py", "INSERT_NEW_AND_COUNT =", "row and count in one statement"),
        Source("storage/group_commit.py", "async def submit(", "nobody goes on before the commit"),
        Source(
            "storage/commit_connection.py",
            "raise self._judge(error",
            "a failure says what it means",
        ),
        Source("server/refusals.py", "def _outcome_unknown(", "and the client is told"),
    ),
    twin=Twin(
        "The client gets its answer while the commit is still under way.",
        without=("answered before the commit",),
    ),
    checks=(
        every(
            _exact_counts,
            name="exact-counts",
            says="As many requests are counted as were accepted, no more and no fewer.",
        ),
        COUNTED_ONCE,
        NOTHING_LOST,
        RIGHT_VALUES,
    ),
    breaks="exact-counts",
    lasts_s=25,
    play=play,
)

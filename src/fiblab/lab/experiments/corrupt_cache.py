"""Cached values are overwritten, and nobody reads them: a value is verified, then believed."""

from fiblab.lab.faults.redis_faults import WrongDenseValue, WrongValue
from fiblab.lab.stage.checks import COUNTED_ONCE, NOTHING_LOST, RIGHT_VALUES, every, told
from fiblab.lab.stage.experiment import Experiment, Prediction, Source, Twin
from fiblab.lab.stage.lines import Happening
from fiblab.lab.stage.record import ArmRecord
from fiblab.lab.stage.stage import Stage

#: A value of the dense range, all of which lies in one hash.
SMALL = 90
#: A value beyond it, under a key of its own, of 1,045 digits.
LARGE = 5_000
CACHED = (SMALL, LARGE)


async def play(stage: Stage) -> None:
    """Let two values be cached, overwrite both, and read them."""
    await stage.open_worker()
    await stage.open_server()
    for index in CACHED:
        await stage.request(index)
        await stage.until("completed", job=index)
        await stage.look_up(index)
    async with stage.under(WrongDenseValue(SMALL)), stage.under(WrongValue(stage.dice)):
        struck = stage.log.happenings[-1]
        for index in CACHED:
            await _read(stage, index, struck)


async def _read(stage: Stage, index: int, struck: Happening) -> None:
    """Look a value up as a client does: what is being calculated is looked up once more."""
    seen = await stage.look_up(index, client="client-2")
    if seen.items and seen.items[0].status == "calculating":
        await stage.until("completed", job=index, after=struck)
        await stage.look_up(index, client="client-2")


def _recalculated(record: ArmRecord) -> list[tuple[bool, str]]:
    """Look for the calculation of each value after it was overwritten."""
    struck = record.select("fault", "struck")[-1]
    cases = []
    for index in CACHED:
        again = [
            happening
            for happening in record.queue("completed", job=str(index))
            if happening.at_ms >= struck.at_ms
        ]
        read = record.select("client", "answered", job=str(index), who="client-2")
        story = (struck, *read[:1], *again[:1], *read[1:])
        cases.append((bool(again), "; ".join(map(told, story))))
    return cases


EXPERIMENT = Experiment(
    id="corrupt-cache",
    title="A cached value is changed behind our back",
    pattern="Verified cache",
    chapter="verified-cache",
    question="A value in the cache is overwritten with another number: what do clients read?",
    fault="HSET and SET of wrong numbers in Redis, in place of two cached values",
    prediction=Prediction(
        question="F(90) and F(5,000) are cached. Somebody overwrites both in Redis with other "
        "numbers. What does the next client get who looks them up?",
        choices=(
            "The wrong numbers: nobody can know that they are wrong.",
            'First "calculating", then the right numbers.',
            "An error, until an operator mends the cache.",
            "The wrong numbers, until they expire.",
        ),
        answer=1,
    ),
    explanation="""
A cache is another program's memory: anybody may have written there, an older version of this one
included. So the server verifies each value that it reads from outside its own process before it
hands it on. Calculating F(n) once more to compare would cost as much as having no cache. Comparing
the number of digits, the last of them, and the whole modulo one prime of 61 bits costs next to
nothing, as F(n) modulo a prime takes about as many steps as n has binary digits. Of all wrong
numbers with the right length and the right end one in 2^61 would pass. What does not pass is
deleted, unless it was replaced meanwhile, and calculated again; its reader is told so.

The price is one pass over each value that is read, about 20 microseconds for 200 digits. A server
keeps what it has verified in its own memory, so that it pays once; that memory is switched off
here, as it would hide what happens in Redis.

The twin believes what it reads, and serves a wrong number as a Fibonacci number to whoever asks.
""",
    sources=(
        Source("server/believing.py", "verify(index, value)", "verified before it is believed"),
        Source("fibonacci/verification.py", "def verify(", "how: modulo a prime"),
        Source("storage/redis_values.py", "await self._drop_value(index, stored)", "wrong ones go"),
        Source(
            "server/looking_up.py", "return done or await self.enqueue_again(", "calculated again"
        ),
    ),
    twin=Twin(
        "What the cache holds is served without being verified.",
        without=("wrong value served",),
    ),
    checks=(
        RIGHT_VALUES,
        every(
            _recalculated,
            name="recalculated",
            says="A value that was changed is thrown away and calculated again.",
        ),
        COUNTED_ONCE,
        NOTHING_LOST,
    ),
    breaks="right-values",
    lasts_s=15,
    play=play,
    settings={"remembered_values_bytes": 0},
)

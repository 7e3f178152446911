"""Links on real stores: what strikes before leaves no effect, what strikes after leaves it whole."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest

from fiblab.lab.faults.framing import Moment
from fiblab.lab.faults.link import Link
from fiblab.lab.faults.postgres_link import PostgresLink
from fiblab.lab.faults.redis_link import RedisLink
from fiblab.queue import Job, Keys, Policy, Queue
from fiblab.redis import Address, Connection, ReplyLost, ReplyTimeout
from fiblab.storage import Ledger, LedgerEntry, LedgerIndefinite


def _nothing() -> None:
    return None


def address(url: str) -> tuple[str, int]:
    """Give host and port of a store."""
    parts = urlsplit(url)
    assert parts.hostname is not None
    assert parts.port is not None
    return parts.hostname, parts.port


def through(url: str, link: Link) -> str:
    """Lead a URL through a link."""
    parts = urlsplit(url)
    login = parts.netloc.rpartition("@")[0]
    return urlunsplit(parts._replace(netloc=f"{login}@127.0.0.1:{link.port}"))


@pytest.fixture
async def redis_link(redis_url: str) -> AsyncIterator[RedisLink]:
    """Give an open way to an empty Redis."""
    link = RedisLink("test to redis", address(redis_url))
    await link.open()
    yield link
    await link.close()


@pytest.fixture
async def far(redis_url: str, redis_link: RedisLink) -> AsyncIterator[Connection]:
    """Give a connection through the link; `connection` goes past it."""
    opened = Connection(Address.parse(through(redis_url, redis_link)), name="far", reply_timeout=1)
    await opened.connect()
    yield opened
    await opened.close()


async def test_an_operation_is_named_after_its_script_or_its_command(
    redis_link: RedisLink, far: Connection
) -> None:
    """Also where Redis did not know the script, and it went in full."""
    queue = Queue(far, Keys(), Policy())
    await queue.enqueue([Job("1", "light")])
    await far.execute("SCRIPT", "FLUSH")
    await queue.enqueue([Job("2", "light")])
    assert redis_link.operations["enqueue"] >= 2
    assert redis_link.operations["SCRIPT"] == 1


@pytest.mark.parametrize(
    ("moment", "effect"), [(Moment.BEFORE, 0), (Moment.AFTER, 1), (Moment.HALF_REPLY, 1)]
)
async def test_a_strike_on_redis(
    redis_link: RedisLink, far: Connection, connection: Connection, moment: Moment, effect: int
) -> None:
    """Before: the store never hears of it. After: it is done, and the reply is lost."""
    strikes: list[int] = []
    struck = redis_link.arm("INCR", moment, lambda: strikes.append(1))
    earlier = far.execute("SET", "earlier", "x")
    with pytest.raises(ReplyLost):
        await far.execute("INCR", "number")
    await struck
    with suppress(ReplyLost):
        await earlier
    assert strikes == [1]
    assert int(await connection.execute("EXISTS", "number")) == effect  # type: ignore[arg-type]
    assert await connection.execute("GET", "earlier") == b"x"


async def test_after_a_strike_the_way_is_open_again(redis_link: RedisLink, far: Connection) -> None:
    """The trap is gone with its strike: the same command passes on the next connection."""
    redis_link.arm("INCR", Moment.BEFORE, _nothing)
    with pytest.raises(ReplyLost):
        await far.execute("INCR", "number")
    await far.wait_connected(5)
    assert await far.execute("INCR", "number") == 1


async def test_what_is_stalled_arrives_when_it_may(redis_link: RedisLink, far: Connection) -> None:
    """A partition loses nothing by itself: what was sent arrives when it is over."""
    redis_link.stall()
    answer = far.execute("PING")
    done, _ = await asyncio.wait([answer], timeout=0.05)
    assert not done
    redis_link.resume()
    assert await answer == b"PONG"


async def test_a_stalled_link_takes_new_connections_and_is_mute(
    redis_url: str, redis_link: RedisLink
) -> None:
    """A login waits until the link resumes."""
    redis_link.stall()
    late = Connection(Address.parse(through(redis_url, redis_link)), name="late")
    connecting = asyncio.create_task(late.connect())
    done, _ = await asyncio.wait([connecting], timeout=0.05)
    assert not done
    redis_link.resume()
    await connecting
    await late.close()


async def test_a_delay_makes_a_reply_late(redis_link: RedisLink, far: Connection) -> None:
    """Later than the reply's time limit: the connection gives up, and is whole afterwards."""
    redis_link.delay(2)
    with pytest.raises(ReplyTimeout):
        await far.execute("PING")
    redis_link.delay(0)
    await far.wait_connected(5)
    assert await far.execute("PING") == b"PONG"


async def test_large_and_many_replies_pass_unchanged(far: Connection) -> None:
    """Megabytes in both directions, hundreds of commands at once."""
    large = bytes(range(256)) * 40_000
    await far.execute("SET", "large", large)
    replies = await asyncio.gather(
        *(far.execute("INCR", "number") for _ in range(500)), far.execute("GET", "large")
    )
    assert replies[:-1] == list(range(1, 501))
    assert replies[-1] == large


async def test_a_cut_breaks_every_connection(redis_link: RedisLink, far: Connection) -> None:
    """The reply of what was under way is lost."""
    answer = far.execute("BLPOP", "nothing", 0)
    await far.execute("PING") if answer.done() else None
    while not redis_link.operations["BLPOP"]:
        await asyncio.sleep(0)
    redis_link.cut()
    with pytest.raises(ReplyLost):
        await answer


@pytest.fixture
async def postgres_link(migrated_url: str) -> AsyncIterator[PostgresLink]:
    """Give an open way to a database with the schema."""
    link = PostgresLink("test to postgres", address(migrated_url))
    await link.open()
    yield link
    await link.close()


@pytest.fixture
async def ledger(migrated_url: str, postgres_link: PostgresLink) -> AsyncIterator[Ledger]:
    """Give a ledger that commits through the link."""
    url = through(migrated_url, postgres_link)

    async def connect() -> asyncpg.Connection:
        return await asyncpg.connect(url)

    opened = Ledger(connect)
    await opened.start()
    yield opened
    await opened.close()


async def rows(url: str) -> int:
    """Count the ledger's rows."""
    connection = await asyncpg.connect(url)
    count: int = await connection.fetchval("select count(*) from request_ledger")
    await connection.close()
    return count


Entries = Callable[[], list[LedgerEntry]]


def one() -> list[LedgerEntry]:
    """Make a single entry, whose statement commits itself."""
    return [LedgerEntry("key:a", 5, done=False)]


def several() -> list[LedgerEntry]:
    """Make entries that a transaction holds together."""
    return [LedgerEntry(f"key:a {index}", index, done=False) for index in range(3)]


@pytest.mark.parametrize(
    ("entries", "operation"), [(one, "insert request_ledger"), (several, "commit")]
)
@pytest.mark.parametrize("moment", list(Moment))
async def test_a_strike_on_a_commit(
    migrated_url: str,
    postgres_link: PostgresLink,
    ledger: Ledger,
    entries: Entries,
    operation: str,
    moment: Moment,
) -> None:
    """The caller never knows; the rows are there after the commit and not before."""
    struck = postgres_link.arm(operation, moment, _nothing)
    with pytest.raises(LedgerIndefinite):
        await ledger.record(entries())
    await struck
    expected = 0 if moment is Moment.BEFORE else len(entries())
    while await rows(migrated_url) not in {expected}:
        await asyncio.sleep(0)  # the server rolls back when it notices that its client is gone
    assert await rows(migrated_url) == expected

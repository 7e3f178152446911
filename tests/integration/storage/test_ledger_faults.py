"""The ledger when PostgreSQL fails under it: bounded, honest, and back by itself."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable

import asyncpg
import pytest

from fiblab.storage import migrate
from fiblab.storage.errors import LedgerError, LedgerIndefinite, LedgerUnavailable
from fiblab.storage.ledger import Ledger, LedgerEntry, Recorded
from fiblab.storage.requests import Requests

#: Seconds that one commit may take here: short, so that the tests of a frozen server are short too.
TIMEOUT_S = 0.5

#: Seconds between two looks at a ledger that reconnects by itself.
POLL_S = 0.01


def connector(url: str) -> Callable[[], Awaitable[asyncpg.Connection]]:
    """Connect under a name by which the test finds the server's process."""
    return lambda: asyncpg.connect(url, server_settings={"application_name": "ledger"})


@pytest.fixture
async def ledger(migrated_url: str) -> AsyncIterator[Ledger]:
    """Open a ledger that gives up early."""
    ledger = Ledger(connector(migrated_url), commit_timeout_s=TIMEOUT_S)
    await ledger.start()
    yield ledger
    await ledger.close()


def entry(request_id: str, index: int = 40) -> LedgerEntry:
    """Build an open entry."""
    return LedgerEntry(request_id, index, done=False)


async def connected(ledger: Ledger) -> None:
    """Wait until the ledger has come back by itself."""
    async with asyncio.timeout(30):
        while not ledger.connected:  # noqa: ASYNC110 - production needs no such signal
            await asyncio.sleep(POLL_S)


async def record_until_accepted(ledger: Ledger, request_id: str) -> None:
    """Do what a patient client does: repeat with the same key."""
    while True:
        try:
            await ledger.record([entry(request_id)])
        except LedgerError:
            await connected(ledger)
        else:
            return


async def test_a_backend_terminated_around_commit_counts_nobody_twice(
    ledger: Ledger, pool: asyncpg.Pool
) -> None:
    """Whatever was known of each commit, repeated with its key it is there exactly once."""
    terminated = 0
    for wave in range(20):
        callers = [
            asyncio.create_task(record_until_accepted(ledger, f"{wave}-{n}")) for n in range(20)
        ]
        for _ in range(wave):  # a little later into the commit each time
            await asyncio.sleep(0)
        terminated += await terminate(pool)
        await asyncio.gather(*callers)

    assert terminated > 0
    assert await Requests(pool).count(40) == 400
    assert await pool.fetchval("select count(*) from request_ledger") == 400


async def test_an_idle_connection_that_is_cut_comes_back(
    ledger: Ledger, pool: asyncpg.Pool
) -> None:
    """The loss is noticed without a request, and nobody has to ask for a new connection."""
    await terminate(pool)
    async with asyncio.timeout(10):
        while ledger.connected:  # noqa: ASYNC110 - production needs no such signal
            await asyncio.sleep(POLL_S)

    with pytest.raises(LedgerUnavailable):
        await ledger.record([entry("a")])
    await connected(ledger)

    assert await ledger.record([entry("a")]) == [Recorded.NEW]


async def test_a_locked_count_is_a_bounded_definite_failure(
    ledger: Ledger, pool: asyncpg.Pool
) -> None:
    """The server gives up waiting and rolls back; afterwards the same connection works."""
    await ledger.record([entry("before")])
    async with pool.acquire() as holder, holder.transaction():
        await holder.execute("select from request_count where index = 40 for update")

        with pytest.raises(LedgerUnavailable):
            await ledger.record([entry("a")])

    assert await ledger.find("a") is None
    assert await ledger.record([entry("a")]) == [Recorded.NEW]
    assert await Requests(pool).count(40) == 2


@pytest.mark.parametrize("size", [1, 3], ids=["one entry", "several entries"])
async def test_a_frozen_server_is_a_bounded_indefinite_failure(
    ledger: Ledger, pool: asyncpg.Pool, size: int
) -> None:
    """Nobody waits for a process that does not answer; a repetition counts once."""
    process_id = await pool.fetchval(
        "select pid from pg_stat_activity"
        " where application_name = 'ledger' and datname = current_database()"
    )
    entries = [entry(f"r{n}") for n in range(size)]
    os.kill(process_id, signal.SIGSTOP)
    try:
        with pytest.raises(LedgerIndefinite):
            await ledger.record(entries)
    finally:
        os.kill(process_id, signal.SIGCONT)

    await connected(ledger)
    await ledger.record(entries)
    assert await Requests(pool).count(40) == size


async def test_a_server_that_became_read_only_is_left_for_another(
    migrated_url: str, pool: asyncpg.Pool
) -> None:
    """A demoted primary records nothing, and reconnecting finds whoever writes now."""
    database = migrated_url.rsplit("/", 1)[1]
    await pool.execute(f"alter database {database} set default_transaction_read_only = on")
    ledger = Ledger(connector(migrated_url), commit_timeout_s=TIMEOUT_S)
    await ledger.start()
    await pool.execute(f"alter database {database} set default_transaction_read_only = off")

    with pytest.raises(LedgerUnavailable, match="read-only"):
        await ledger.record([entry("a")])
    await connected(ledger)

    assert await ledger.record([entry("a")]) == [Recorded.NEW]
    await ledger.close()


async def test_a_ledger_started_before_its_server_finds_it_later() -> None:
    """Start says that PostgreSQL is away, record fails at once, and the rest happens by itself."""
    attempts = 0

    async def connect() -> asyncpg.Connection:
        nonlocal attempts
        attempts += 1
        raise ConnectionRefusedError("nobody listens")

    ledger = Ledger(connect)
    with pytest.raises(LedgerUnavailable, match="nobody listens"):
        await ledger.start()
    with pytest.raises(LedgerUnavailable, match="not connected"):
        await ledger.record([entry("a")])

    async with asyncio.timeout(10):
        while attempts < 3:  # noqa: ASYNC110 - the attempts are the signal
            await asyncio.sleep(POLL_S)
    await ledger.close()


async def test_a_killed_server_loses_nothing_that_was_acknowledged(
    killable: tuple[str, Callable[[], None], Callable[[], None]],
) -> None:
    """SIGKILL amid commits and a restart: the ledger is back, and each request counts once."""
    url, kill, start = killable
    migrate.apply(url)
    ledger = Ledger(connector(url), commit_timeout_s=TIMEOUT_S)
    await ledger.start()
    acknowledged: set[str] = set()
    enough = asyncio.Event()

    async def client(name: int) -> None:
        for n in range(200):
            try:
                await ledger.record([entry(f"{name}-{n}")])
            except LedgerError:
                return
            acknowledged.add(f"{name}-{n}")
            if len(acknowledged) >= 500:
                enough.set()

    clients = [asyncio.create_task(client(name)) for name in range(32)]
    await enough.wait()
    await asyncio.to_thread(kill)
    await asyncio.gather(*clients)
    await asyncio.to_thread(start)
    await connected(ledger)

    kept = await stored(url)
    assert acknowledged <= kept
    everything = {f"{name}-{n}" for name in range(32) for n in range(200)}
    await asyncio.gather(*(record_until_accepted(ledger, name) for name in everything))
    await ledger.close()
    assert await stored(url) == everything
    async with asyncpg.create_pool(url, min_size=1, max_size=1) as pool:
        assert await Requests(pool).count(40) == len(everything)


async def stored(url: str) -> set[str]:
    """Read all request ids over a connection of its own."""
    connection = await asyncpg.connect(url)
    rows = await connection.fetch("select request_id from request_ledger")
    await connection.close()
    return {row["request_id"] for row in rows}


async def terminate(pool: asyncpg.Pool) -> int:
    """Cut the ledger's connection from the server's side; return how many that were."""
    return int(
        await pool.fetchval(
            "select count(pg_terminate_backend(pid)) from pg_stat_activity"
            " where application_name = 'ledger' and datname = current_database()"
        )
    )

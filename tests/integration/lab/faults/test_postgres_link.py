"""The way to a real PostgreSQL: where a fault strikes a commit, and what it leaves."""

import os
from typing import NamedTuple

import asyncpg
import pytest

from fiblab.lab.faults.framing import Moment
from fiblab.lab.faults.postgres_link import PostgresLink
from fiblab.storage import Ledger, LedgerEntry, LedgerIndefinite


class Recording(NamedTuple):
    """What a ledger is told, and the operation that makes it last."""

    entries: list[LedgerEntry]
    operation: str


#: A single entry's statement commits itself; several are held together by a transaction.
ONE = Recording([LedgerEntry("key:a", 5, done=False)], "insert request_ledger")
SEVERAL = Recording([LedgerEntry(f"key:a {n}", n, done=False) for n in range(3)], "commit")


async def _has_rows(url: str, expected: int) -> None:
    """Return once the ledger holds so many rows, and nobody else works on it."""
    connection = await asyncpg.connect(url)
    others = """
        select count(*) from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid() and state <> 'idle'"""
    while await connection.fetchval(others):
        pass  # the server rolls back when it notices that its client is gone
    assert await connection.fetchval("select count(*) from request_ledger") == expected
    assert await connection.fetchval("select coalesce(sum(count), 0) from request_count") == (
        expected
    )
    await connection.close()


@pytest.mark.parametrize("recording", [ONE, SEVERAL])
@pytest.mark.parametrize("moment", list(Moment))
async def test_a_strike_on_a_commit(
    migrated_url: str,
    postgres_link: PostgresLink,
    ledger: Ledger,
    recording: Recording,
    *,
    moment: Moment,
) -> None:
    """The caller never knows; rows and counts are there after the commit and not before."""
    postgres_link.arm(recording.operation, moment, lambda: None)
    with pytest.raises(LedgerIndefinite):
        await ledger.record(recording.entries)
    await _has_rows(migrated_url, 0 if moment is Moment.BEFORE else len(recording.entries))


async def test_operations_are_named_after_their_statements(
    postgres_link: PostgresLink, ledger: Ledger
) -> None:
    """Prepared ones, at each execution, and those that are sent as plain text."""
    await ledger.record(ONE.entries)
    postgres_link.operations.clear()
    await ledger.record(SEVERAL.entries)
    await ledger.find("key:a")
    assert postgres_link.operations == {
        "begin": 1,
        "insert request_ledger": 1,
        "commit": 1,
        "select request_ledger": 1,
    }


async def test_megabytes_pass_unchanged_in_both_directions(postgres_link: PostgresLink) -> None:
    """A message larger than all buffers, as a heavy value is."""
    large = os.urandom(20_000_000)
    connection = await asyncpg.connect(postgres_link.url)
    assert await connection.fetchval("select $1::bytea", large) == large
    assert await connection.fetchval("select 1") == 1
    await connection.close()


async def test_an_error_counts_as_an_answer(postgres_link: PostgresLink) -> None:
    """A strike after the next operation hits that one's answer."""
    connection = await asyncpg.connect(postgres_link.url)
    with pytest.raises(asyncpg.UndefinedTableError):
        await connection.fetch("select * from nowhere")
    with pytest.raises(asyncpg.DivisionByZeroError):
        await connection.fetchval("select 1 / $1::int", 0)
    struck = postgres_link.arm("begin", Moment.AFTER, lambda: None)
    assert await connection.fetchval("select $1::int", 7) == 7
    assert not struck.done()
    with pytest.raises((asyncpg.PostgresConnectionError, ConnectionError)):
        await connection.execute("begin")
    assert struck.done()

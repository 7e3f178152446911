"""Counts, and what the sweeper does with the ledger's rows, on a real PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta

import asyncpg
import pytest

from fiblab.storage import Ledger, LedgerEntry, OpenRequests, Recorded, Requests

AGE_ALL = "update request_ledger set accepted_at = now() - $1::interval"
AGE_CLOSED = (
    "update request_ledger set closed_at = now() - $1::interval where closed_at is not null"
)
ROWS = """
    select request_id, state, failure_category, failure_detail, attempts
    from request_ledger order by request_id"""
SILENT_SINCE = """
    select state_change from pg_stat_activity
    where datname = current_database() and state = 'idle in transaction'"""


@pytest.fixture
async def ledger(migrated_url: str) -> AsyncIterator[Ledger]:
    """Open a ledger on a database of the test's own."""
    ledger = Ledger(lambda: asyncpg.connect(migrated_url))
    await ledger.start()
    yield ledger
    await ledger.close()


@pytest.fixture
def requests(pool: asyncpg.Pool) -> Requests:
    """Ask about requests."""
    return Requests(pool)


@pytest.fixture
def open_requests(pool: asyncpg.Pool) -> OpenRequests:
    """Settle what is open."""
    return OpenRequests(pool)


async def accept(ledger: Ledger, *indices: int, done: bool = False) -> None:
    """Record one request for each of the indices, with ids a0, a1 and so on."""
    rows = [LedgerEntry(f"a{n}", index, done) for n, index in enumerate(indices)]
    await ledger.record(rows)


async def states(pool: asyncpg.Pool) -> dict[str, str]:
    """Read the state of every row."""
    return {row["request_id"]: row["state"] for row in await pool.fetch(ROWS)}


async def test_the_most_requested_come_first_and_ties_by_index(
    ledger: Ledger, requests: Requests
) -> None:
    """No more than were wanted."""
    await accept(ledger, 7, 40, 40, 9, 40, 7, 9, 1)

    assert await requests.most_requested(10) == [(40, 3), (7, 2), (9, 2), (1, 1)]
    assert await requests.most_requested(2) == [(40, 3), (7, 2)]


async def test_nothing_asked_is_nothing_counted(ledger: Ledger, requests: Requests) -> None:
    """Zero, not an error; and not confused with its neighbour."""
    await accept(ledger, 40)

    assert await requests.count(41) == 0
    assert await requests.asked_among([40, 41]) == {40}
    assert await requests.most_requested(0) == []


async def test_open_rows_are_paged_in_order_and_each_index_once(
    ledger: Ledger, pool: asyncpg.Pool, open_requests: OpenRequests
) -> None:
    """The sweeper sees all of them, whatever the size of its page."""
    await accept(ledger, 9, 3, 9, 5, 3, 7)
    await pool.execute(AGE_ALL, timedelta(seconds=60))

    assert await open_requests.open_indices(30, 3) == [3, 5, 7]
    assert await open_requests.open_indices(30, 3, after_index=7) == [9]
    assert await open_requests.open_indices(30, 3, after_index=9) == []


async def test_young_rows_and_closed_ones_are_nobody_s_debt(
    ledger: Ledger, pool: asyncpg.Pool, open_requests: OpenRequests
) -> None:
    """A request that just came is on its way; a done one is over."""
    await accept(ledger, 5)
    assert await open_requests.open_indices(30, 10) == []

    await ledger.record([LedgerEntry("done", 6, done=True)])
    await pool.execute(AGE_ALL, timedelta(seconds=60))
    assert await open_requests.open_indices(30, 10) == [5]


async def test_closing_as_done_touches_open_rows_of_these_indices_once(
    ledger: Ledger, pool: asyncpg.Pool, open_requests: OpenRequests
) -> None:
    """A repetition closes nothing more."""
    await accept(ledger, 5, 5, 6)

    assert await open_requests.close_done([5]) == 2
    assert await open_requests.close_done([5, 7]) == 0

    assert await states(pool) == {"a0": "done", "a1": "done", "a2": "open"}


async def test_closing_as_failed_keeps_the_reason(
    ledger: Ledger, pool: asyncpg.Pool, open_requests: OpenRequests
) -> None:
    """A repetition changes nothing, nor does a later success of another request."""
    await accept(ledger, 5, 6)

    assert await open_requests.close_failed(5, "poison", "the worker died", 3) == 1
    assert await open_requests.close_failed(5, "timeout", "another reason", 4) == 0
    assert await open_requests.close_done([5]) == 0

    rows = [tuple(row) for row in await pool.fetch(ROWS)]
    assert rows == [
        ("a0", "failed", "poison", "the worker died", 3),
        ("a1", "open", None, None, None),
    ]


@pytest.mark.parametrize(
    "close",
    [
        lambda requests: requests.close_done([5]),
        lambda requests: requests.close_failed(5, "poison", "the worker died", 3),
    ],
    ids=["done", "failed"],
)
async def test_any_number_of_rows_is_closed_a_step_at_a_time(
    ledger: Ledger, pool: asyncpg.Pool, close: Callable[[OpenRequests], Awaitable[int]]
) -> None:
    """A statement that closed them all would be ended by its time limit, again and again."""
    await accept(ledger, *[5] * 5)

    assert await close(OpenRequests(pool, step=2)) == 5

    assert await pool.fetchval("select count(*) from request_ledger where state = 'open'") == 0
    sizes = "select count(*) from request_ledger group by closed_at order by closed_at"
    assert [row["count"] for row in await pool.fetch(sizes)] == [2, 2, 1]


async def test_closed_rows_are_forgotten_after_the_window_and_their_counts_stay(
    ledger: Ledger, pool: asyncpg.Pool, open_requests: OpenRequests, requests: Requests
) -> None:
    """Open rows are never forgotten; a forgotten id may be used again."""
    await accept(ledger, 5, 6, 7)
    await open_requests.close_done([5, 6])
    assert await open_requests.forget_closed(timedelta(hours=24)) == 0

    await pool.execute(AGE_CLOSED, timedelta(hours=25))
    assert await OpenRequests(pool, step=1).forget_closed(timedelta(hours=24)) == 1
    assert await open_requests.forget_closed(timedelta(hours=24)) == 1

    assert await states(pool) == {"a2": "open"}
    assert await requests.count(5) == 1
    assert await ledger.record([LedgerEntry("a0", 5, done=True)]) == [Recorded.NEW]
    assert await requests.count(5) == 2


async def test_one_sweeper_at_a_time(open_requests: OpenRequests) -> None:
    """The role is free again when the one that held it has finished."""
    async with open_requests.sole_sweeper() as first, open_requests.sole_sweeper() as second:
        assert first is not None
        assert second is None

    async with open_requests.sole_sweeper() as later:
        assert later is not None


async def test_the_role_of_a_sweeper_that_failed_is_free(open_requests: OpenRequests) -> None:
    """Its failure comes through, and the next one sweeps."""
    with pytest.raises(RuntimeError, match="failed"):
        async with open_requests.sole_sweeper():
            raise RuntimeError("failed")

    async with open_requests.sole_sweeper() as next_one:
        assert next_one is not None


async def test_the_role_of_a_silent_sweeper_is_free(open_requests: OpenRequests) -> None:
    """PostgreSQL gives it to another after the limit; the silent one learns of it, unharmed."""
    async with open_requests.sole_sweeper(silence_limit_s=0.1) as silent:
        assert silent is not None
        await until_free(open_requests)
        assert not await silent.still_held()

    async with open_requests.sole_sweeper() as next_one:
        assert next_one is not None


async def until_free(open_requests: OpenRequests) -> None:
    """Ask for the role until it is given."""
    async with asyncio.timeout(30):
        while True:
            async with open_requests.sole_sweeper() as role:
                if role is not None:
                    return


async def test_a_sweeper_that_speaks_is_not_silent(
    open_requests: OpenRequests, pool: asyncpg.Pool
) -> None:
    """Each word of it starts PostgreSQL's clock anew."""
    async with open_requests.sole_sweeper() as role:
        assert role is not None
        silent_since = await pool.fetchval(SILENT_SINCE)
        assert await role.still_held()
        assert await pool.fetchval(SILENT_SINCE) > silent_since

"""One sweeper at a time; and no harm done where, for a moment, there are two."""

import asyncio
import dataclasses
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import pytest

from fiblab.bootstrap import WorkerParts
from fiblab.fibonacci import fibonacci_text
from fiblab.queue import Claimant, JobState
from fiblab.storage import OpenRequests

from .conftest import OLD_S, Owe
from .owing import kill_job, row, sweeper_of

#: What both sweepers see: a row whose value is there, a dead letter, a job that Redis lost.
STORED, DEAD, LOST = 5_000, 5_001, 5_002

#: Comes after all of those.
NEXT_PAGE = 10_000

#: Seconds: older than a row that only one of the sweepers looks at.
OLDER_S = 2 * OLD_S

SETTLED_BY_THE_OTHER = "select * from request_ledger where index <> $1 order by index"

HOLD_ROW = "select from request_ledger where index = $1 for update"

SOMEBODY_WAITS_FOR_A_ROW = """
    select exists (select from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock')"""

#: Returns when that connection's process is gone, and the lock with it.
TAKE_THE_ROLE = """
    select pg_terminate_backend(pid, 30000) from pg_locks
    where locktype = 'advisory' and granted
      and database = (select oid from pg_database where datname = current_database())"""


async def test_only_one_sweeps(parts: WorkerParts, owe: Owe) -> None:
    """While another worker sweeps, this one leaves it alone."""
    await owe(40)
    async with parts.open_requests.sole_sweeper() as role:
        assert role is not None
        await sweeper_of(parts).sweep()
        (status,) = await parts.queue.status(["40"])
        assert status.state is JobState.GONE
    await sweeper_of(parts).sweep()
    (status,) = await parts.queue.status(["40"])
    assert status.state is JobState.READY


@pytest.fixture
async def pool(migrated_url: str) -> AsyncIterator[asyncpg.Pool]:
    """Give a pool that waits for as long as it takes, unlike a worker's."""
    async with asyncpg.create_pool(migrated_url, min_size=1) as opened:
        yield opened


@asynccontextmanager
async def stopped_amid_its_page(
    parts: WorkerParts, database: asyncpg.Connection, pool: asyncpg.Pool
) -> AsyncIterator[asyncio.Task[None]]:
    """Sweep up to the row of STORED, and on at the end of the block; the role is lost before."""
    sweeper = sweeper_of(dataclasses.replace(parts, open_requests=OpenRequests(pool)))
    async with pool.acquire() as holder, holder.transaction():
        await holder.execute(HOLD_ROW, STORED)
        sweep = asyncio.create_task(sweeper.sweep())
        async with asyncio.timeout(30):
            while not await database.fetchval(SOMEBODY_WAITS_FOR_A_ROW):
                pass
        assert await database.fetchval(TAKE_THE_ROLE)
        yield sweep


async def complete_what_was_lost(parts: WorkerParts) -> None:
    """Do what a worker does with the job that the other sweeper has enqueued again."""
    (claimed,) = await parts.queue.claim(Claimant.fresh("test", ("light",)), 1)
    assert claimed.id == str(LOST)
    await parts.values.store(LOST, fibonacci_text(LOST))
    assert await parts.queue.complete([claimed.lease]) == [True]


async def test_who_lost_the_role_ends_its_page_to_no_harm(
    parts: WorkerParts, database: asyncpg.Connection, pool: asyncpg.Pool, owe: Owe
) -> None:
    """All that it saw was settled by another: it changes no row, and computes a job once more."""
    await owe(STORED, age_s=OLD_S)
    await owe(DEAD, age_s=OLDER_S)
    await owe(LOST, age_s=OLDER_S)
    await parts.values.store(STORED, fibonacci_text(STORED))
    await kill_job(parts, DEAD)
    other = sweeper_of(parts, after_s=(OLD_S + OLDER_S) / 2)
    async with stopped_amid_its_page(parts, database, pool) as sweep:
        await other.sweep()
        await complete_what_was_lost(parts)
        await other.sweep()
        settled = await database.fetch(SETTLED_BY_THE_OTHER, STORED)
    await sweep
    assert [found["state"] for found in settled] == ["failed", "done"]
    assert await database.fetch(SETTLED_BY_THE_OTHER, STORED) == settled
    assert (await row(database, STORED))["state"] == "done"
    (status,) = await parts.queue.status([str(LOST)])
    assert status.state is JobState.READY


async def test_who_lost_the_role_begins_no_further_page(
    parts: WorkerParts, database: asyncpg.Connection, pool: asyncpg.Pool, owe: Owe
) -> None:
    """It ends without an error, and leaves what comes next to the other."""
    await owe(STORED)
    await parts.values.store(STORED, fibonacci_text(STORED))
    async with stopped_amid_its_page(parts, database, pool) as sweep:
        await owe(NEXT_PAGE)
    await sweep
    assert (await row(database, STORED))["state"] == "done"
    (status,) = await parts.queue.status([str(NEXT_PAGE)])
    assert status.state is JobState.GONE

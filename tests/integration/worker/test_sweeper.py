"""Settling what the ledger owes, row by row of the sweeper's own table."""

import asyncio
import dataclasses

import asyncpg
import psycopg
import pytest

from fiblab.bootstrap import WorkerParts
from fiblab.fibonacci import fibonacci_text
from fiblab.queue import Claimant, JobState
from fiblab.storage import OpenRequests
from fiblab.worker.maintenance.sweeper import IDEMPOTENCY_WINDOW

from .conftest import YOUNG_S, Owe, StartWorker, job
from .journal import Journal
from .owing import kill_job, row, sweeper_of


async def test_stored_value_closes_the_row(
    parts: WorkerParts, database: asyncpg.Connection, owe: Owe
) -> None:
    """A row whose job is gone and whose value is there is done."""
    await owe(5_000)
    await parts.values.store(5_000, fibonacci_text(5_000))
    await sweeper_of(parts).sweep()
    assert (await row(database, 5_000))["state"] == "done"


async def test_dead_letter_closes_the_row_with_its_reason(
    parts: WorkerParts, database: asyncpg.Connection, owe: Owe
) -> None:
    """The reason outlives the dead letter, which Redis may lose."""
    await owe(5_000)
    await kill_job(parts, 5_000)
    await sweeper_of(parts).sweep()
    assert await row(database, 5_000) == {
        "state": "failed",
        "failure_category": "timeout",
        "failure_detail": "too long",
        "attempts": 1,
    }


async def test_dead_letter_with_a_value_is_done(
    parts: WorkerParts, database: asyncpg.Connection, owe: Owe
) -> None:
    """What was owed is there, whoever computed it."""
    await owe(5_000)
    await kill_job(parts, 5_000)
    await parts.values.store(5_000, fibonacci_text(5_000))
    await sweeper_of(parts).sweep()
    assert (await row(database, 5_000))["state"] == "done"


@pytest.mark.parametrize(("index", "lane"), [(40, "light"), (300_000, "heavy")])
async def test_job_that_redis_lost_is_enqueued_again(
    parts: WorkerParts, database: asyncpg.Connection, owe: Owe, index: int, lane: str
) -> None:
    """An accepted request survives the loss of Redis, in the lane that it belongs to."""
    await owe(index)
    await sweeper_of(parts).sweep()
    (claimed,) = await parts.queue.claim(Claimant.fresh("test", (lane,)), 1)
    assert claimed.id == str(index)
    assert (await row(database, index))["state"] == "open"


async def test_job_under_way_is_left_alone(
    parts: WorkerParts, database: asyncpg.Connection, owe: Owe
) -> None:
    """Whether it waits or is in a worker's hands, its row stays open and the job as it is."""
    await owe(40)
    await owe(41)
    await parts.queue.enqueue([job(40)])
    await parts.queue.claim(Claimant.fresh("test", ("light",)), 1)
    await parts.queue.enqueue([job(41)])
    before = await parts.queue.status(["40", "41"])
    await sweeper_of(parts).sweep()
    assert await parts.queue.status(["40", "41"]) == before
    assert (await row(database, 40))["state"] == (await row(database, 41))["state"] == "open"


async def test_young_row_is_left_alone(parts: WorkerParts, owe: Owe) -> None:
    """Its request may be between the ledger and the queue just now."""
    await owe(40, age_s=YOUNG_S)
    await sweeper_of(parts).sweep()
    (status,) = await parts.queue.status(["40"])
    assert status.state is JobState.GONE


async def test_every_page_is_settled(parts: WorkerParts, owe: Owe) -> None:
    """However much is owed, one sweep sees all of it."""
    count = 1_201
    for index in range(2_000, 2_000 + count):
        await owe(index)
    await sweeper_of(parts).sweep()
    depth = await parts.queue.depth()
    assert depth.ready["light"] == count


async def test_rows_are_forgotten_after_the_window(
    parts: WorkerParts, database: asyncpg.Connection, owe: Owe
) -> None:
    """A closed row goes when its key need not be recognised any more, and not before."""
    for index, age in ((1, IDEMPOTENCY_WINDOW * 1.01), (2, IDEMPOTENCY_WINDOW * 0.99)):
        await owe(index)
        await database.execute(
            "update request_ledger set state = 'done', closed_at = now() - $2::interval"
            " where index = $1",
            index,
            age,
        )
    await sweeper_of(parts).sweep()
    assert [
        found["index"] for found in await database.fetch("select index from request_ledger")
    ] == [2]


async def test_a_sweep_forgets_more_than_one_step(
    parts: WorkerParts, database: asyncpg.Connection, migrated_url: str, owe: Owe
) -> None:
    """Or rows that came faster than a step a sweep would fill the disk."""
    for index in (1, 2, 3):
        await owe(index)
    long_ago = "update request_ledger set state = 'done', closed_at = now() - $1::interval"
    await database.execute(long_ago, 2 * IDEMPOTENCY_WINDOW)
    async with asyncpg.create_pool(migrated_url, min_size=1) as pool:
        step_by_step = OpenRequests(pool, step=1)
        await sweeper_of(dataclasses.replace(parts, open_requests=step_by_step)).sweep()
    assert await database.fetchval("select count(*) from request_ledger") == 0


async def test_cut_connections_never_end_the_sweeper(parts: WorkerParts, migrated_url: str) -> None:
    """Wherever in a sweep PostgreSQL hangs up, the next one tries again; the worker lives on."""
    sweeper = sweeper_of(parts, interval_s=0.001)
    running = asyncio.create_task(sweeper.run())
    hang_up = (
        "select pg_terminate_backend(pid) from pg_stat_activity"
        " where datname = current_database() and pid <> pg_backend_pid()"
    )
    async with await psycopg.AsyncConnection.connect(migrated_url, autocommit=True) as other:
        for _ in range(100):
            await other.execute(hang_up)
    assert not running.done()
    running.cancel()
    await asyncio.wait([running])


async def test_running_worker_sweeps(
    start_worker: StartWorker, database: asyncpg.Connection, owe: Owe, journal: Journal
) -> None:
    """What Redis lost is computed, and its row closed, without anybody asking again."""
    await owe(40)
    await start_worker(sweep_interval_s=0.1, sweep_after_s=0.1)
    assert await journal.wait_for_end(40) == "completed"
    while (closed := await row(database, 40))["state"] == "open":
        pass
    assert closed["state"] == "done"

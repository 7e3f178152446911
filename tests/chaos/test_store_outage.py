"""What becomes of workers whose stores are killed, wiped, frozen or filled."""

from collections.abc import Iterator

import asyncpg
import psycopg
import pytest
from tests.integration.worker.journal import Journal

from fiblab.embedded import EmbeddedStack
from fiblab.queue import Queue
from fiblab.redis import Connection

from .conftest import LONG, StartWorker, job

pytestmark = [pytest.mark.chaos]


@pytest.fixture
def stack_of_its_own(stack: EmbeddedStack) -> Iterator[EmbeddedStack]:
    """Give a Redis that this test may kill, beside the session's PostgreSQL."""
    with EmbeddedStack(ephemeral=True, postgres_url=stack.postgres_url) as own:
        yield own


@pytest.fixture
def redis_url(stack_of_its_own: EmbeddedStack) -> str:
    """Give that Redis to whatever asks for one."""
    return stack_of_its_own.redis_url


def owe(migrated_url: str, index: int) -> None:
    """Record an accepted request, as the server does before it answers."""
    with psycopg.connect(migrated_url, autocommit=True) as database:
        database.execute(
            "insert into request_ledger (request_id, index) values (%s, %s)", (f"r{index}", index)
        )


async def test_redis_killed_and_empty_again_loses_no_request(
    stack_of_its_own: EmbeddedStack,
    start_worker: StartWorker,
    queue: Queue,
    journal: Journal,
    migrated_url: str,
) -> None:
    """The worker outlives it; what the ledger owes is enqueued again, computed, and closed."""
    redis = stack_of_its_own.redis
    assert redis is not None
    worker = start_worker(sweep_interval_s="0.2", sweep_after_s="0.2")
    for index in (LONG, 40):
        owe(migrated_url, index)
    await queue.enqueue([job(LONG)])
    await journal.wait_for("progress", LONG)
    redis.process.kill()
    redis.start()
    database = await asyncpg.connect(migrated_url)
    while await database.fetchval("select count(*) from request_ledger where state = 'open'"):
        pass
    states = await database.fetch("select distinct state from request_ledger")
    await database.close()
    assert [found["state"] for found in states] == ["done"]
    worker.ask_to_end()
    assert worker.wait() == 0
    away = [line for line in worker.log.splitlines() if "store away" in line]
    assert 1 <= len(away) <= 12, "an outage is logged by its changes, not by its length"


async def test_redis_frozen_for_a_while_costs_no_attempt(
    stack_of_its_own: EmbeddedStack, start_worker: StartWorker, queue: Queue, journal: Journal
) -> None:
    """A worker that gets no answer goes on computing, and ends its job when Redis is back."""
    redis = stack_of_its_own.redis
    assert redis is not None
    worker = start_worker(visibility_timeout_s="30")
    await queue.enqueue([job(LONG)])
    await journal.wait_for("progress", LONG)
    redis.process.freeze()
    while "store away" not in worker.log:
        pass
    redis.process.thaw()
    assert await journal.wait_for_end(LONG) == "completed"
    assert await journal.steps(LONG) == ["enqueued", "claimed", "completed"]


async def test_full_redis_is_waited_for(
    start_worker: StartWorker, queue: Queue, journal: Journal, connection: Connection
) -> None:
    """A value that finds no room is stored when there is some; its job is not given up."""
    worker = start_worker()
    await queue.enqueue([job(LONG)])
    await journal.wait_for("progress", LONG)
    await connection.execute("CONFIG", "SET", "maxmemory", 1)
    while "OOM" not in worker.log:
        pass
    await connection.execute("CONFIG", "SET", "maxmemory", 0)
    assert await journal.wait_for_end(LONG) == "completed"
    assert await journal.steps(LONG) == ["enqueued", "claimed", "completed"]
    assert await connection.execute("EXISTS", f"{{fiblab:0}}:v1:value:{LONG}") == 1


async def test_jobs_go_on_without_postgres(
    start_worker: StartWorker,
    queue: Queue,
    journal: Journal,
    migrated_url: str,
    stack: EmbeddedStack,
) -> None:
    """Light and heavy values are computed and stored in Redis while the database is away."""
    start_worker(sweep_interval_s="0.1")
    await queue.enqueue([job(40)])
    await journal.wait_for("completed", 40)
    name = migrated_url.rsplit("/", 1)[1]
    assert stack.postgres is not None
    with psycopg.connect(stack.postgres.superuser_url, autocommit=True) as superuser:
        superuser.execute(f"alter database {name} allow_connections false".encode())
        superuser.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = %s", (name,)
        )
    await queue.enqueue([job(41), job(300_000)])
    assert await journal.wait_for_end(41) == "completed"
    assert await journal.wait_for_end(300_000) == "completed"

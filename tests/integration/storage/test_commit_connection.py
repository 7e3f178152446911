"""The connection that commits, when it is this process that is late and not PostgreSQL."""

import asyncio
import math
import time
from collections.abc import AsyncIterator

import asyncpg
import pytest

from fiblab.storage import commit_connection
from fiblab.storage.commit_connection import CommitConnection
from fiblab.storage.errors import LedgerIndefinite

#: Seconds that an operation may take here.
TIMEOUT_S = 0.2


@pytest.fixture
async def connection(migrated_url: str) -> AsyncIterator[CommitConnection]:
    """Open a connection that gives up early."""
    opened = CommitConnection(lambda: asyncpg.connect(migrated_url), timeout_s=TIMEOUT_S)
    await opened.open()
    yield opened
    await opened.close()


def stand_still() -> None:
    """Hold up the event loop beyond the time limit, while PostgreSQL answers."""
    time.sleep(3 * TIMEOUT_S)


async def test_loop_that_stood_still_costs_no_healthy_connection(
    connection: CommitConnection,
) -> None:
    """The answer that came in the meantime is read, and the connection is used again."""

    async def ask(postgres: asyncpg.Connection) -> str:
        asking = asyncio.create_task(postgres.execute("select 1"))
        await asyncio.sleep(0)  # it has asked
        stand_still()
        return await asking

    assert await connection.run(ask) == "SELECT 1"
    assert connection.connected


async def test_time_that_is_up_between_two_messages_is_indefinite(
    connection: CommitConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a reply and the end of the time limit come at once: no bug, no answer either."""
    monkeypatch.setattr(commit_connection, "LATE_S", math.inf)  # so that the two can meet

    async def ask(postgres: asyncpg.Connection) -> None:
        asking = asyncio.create_task(postgres.fetch("select $1::int", 1))
        await asyncio.sleep(0)  # it has sent the first of its messages
        stand_still()
        await asking

    with pytest.raises(LedgerIndefinite, match="given up"):
        await connection.run(ask)

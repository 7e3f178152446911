"""The connection that commits, when it is this process that is late and not PostgreSQL."""

import asyncio
import time

import asyncpg
import pytest

from fiblab.storage.commit_connection import CommitConnection
from fiblab.storage.errors import LedgerIndefinite

#: Seconds that an operation may take here.
TIMEOUT_S = 0.2


async def test_time_that_is_up_between_two_messages_is_indefinite(migrated_url: str) -> None:
    """An event loop that stood still finds reply and time-out at once: no bug, no answer either."""
    connection = CommitConnection(lambda: asyncpg.connect(migrated_url), timeout_s=TIMEOUT_S)
    await connection.open()

    async def stand_still(postgres: asyncpg.Connection) -> None:
        asking = asyncio.create_task(postgres.fetch("select $1::int", 1))
        await asyncio.sleep(0)  # it has sent the first of its messages
        time.sleep(2 * TIMEOUT_S)  # noqa: ASYNC251 - what holds up the loop is the point
        await asking

    with pytest.raises(LedgerIndefinite, match="given up"):
        await connection.run(stand_still)
    await connection.close()

"""The end of a run: nothing is owed any more, and every index is read once more."""

import asyncio
import time
from collections.abc import Iterable

import asyncpg
import redis.asyncio

from fiblab.lab.chaos.load import calls
from fiblab.lab.chaos.load.clients import Clients
from fiblab.queue import Keys

#: Seconds after the last fault in which all must be settled; far above any lease and any delay.
SETTLE_LIMIT_S = 120.0
#: Seconds between two looks at what is owed.
LOOK_S = 0.25
#: Final reads at once.
READERS = 24
#: Seconds that one final read holds the line.
HOLD_S = 5

OPEN_ROWS = "select count(*) from request_ledger where state = 'open'"
INDICES = "select distinct index from request_ledger order by index"
ROWS = "select count(*) from request_ledger"


class NotSettled(Exception):  # noqa: N818 - read as a sentence in the report
    """Something is still owed although all faults are over."""


async def settled(postgres_url: str, redis_url: str) -> float:
    """Wait until no row is open and no job is left; return the seconds that took.

    Raises NotSettled after `SETTLE_LIMIT_S`, saying what is left.
    """
    began = time.monotonic()
    connection = await asyncpg.connect(postgres_url)
    client = redis.asyncio.Redis.from_url(redis_url)
    try:
        while True:
            rows = await connection.fetchval(OPEN_ROWS)
            jobs = await client.hlen(Keys().job)
            waited = time.monotonic() - began
            if not rows and not jobs:
                return waited
            if waited > SETTLE_LIMIT_S:
                raise NotSettled(f"{rows} ledger rows open and {jobs} jobs left")
            await asyncio.sleep(LOOK_S)
    finally:
        await connection.close()
        await client.aclose()


async def requested_indices(postgres_url: str) -> tuple[list[int], int]:
    """List every index that was ever accepted, and count the ledger's rows."""
    connection = await asyncpg.connect(postgres_url)
    try:
        rows = await connection.fetch(INDICES)
        return [row["index"] for row in rows], await connection.fetchval(ROWS)
    finally:
        await connection.close()


async def read_all(clients: Clients, indices: Iterable[int]) -> None:
    """Look every index up until it is done or failed: the history's last word on each."""
    left = iter(indices)

    async def read() -> None:
        for index in left:
            await _read(clients, index)

    async with asyncio.TaskGroup() as group:
        for _ in range(READERS):
            group.create_task(read())


async def _read(clients: Clients, index: int) -> None:
    deadline = time.monotonic() + SETTLE_LIMIT_S
    while time.monotonic() < deadline:
        seen = await clients.persist(calls.look_up(index, HOLD_S), "last reader")
        if any(item.status in {"done", "failed"} for item in seen.items):
            return
        await asyncio.sleep(LOOK_S)
    raise NotSettled(f"F({index}) was accepted and is neither known nor given up")

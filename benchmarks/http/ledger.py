"""The tables that every side writes to: emptied before a turn, counted after it."""

import asyncio

import asyncpg

from benchmarks.http.load import LoadError

EMPTY = "truncate request_ledger, request_count"
COUNTED = "select (select count(*) from request_ledger), (select sum(count) from request_count)"


def empty(postgres_url: str) -> None:
    """Forget all requests, so that each turn begins alike."""
    asyncio.run(_fetch(postgres_url, EMPTY))


def check_counted(postgres_url: str, answers: int) -> None:
    """Raise LoadError unless each answered request has its row and its count.

    There may be more: those that were under way when the load ended.
    """
    ((rows, counts),) = asyncio.run(_fetch(postgres_url, COUNTED))
    if not answers <= rows == counts:
        raise LoadError(f"{answers} answers, but {rows} rows and a count of {counts}")


async def _fetch(postgres_url: str, statement: str) -> list[asyncpg.Record]:
    connection = await asyncpg.connect(postgres_url)
    try:
        return await connection.fetch(statement)
    finally:
        await connection.close()

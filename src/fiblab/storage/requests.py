"""What was asked for, and how often: read from the counts that the ledger keeps."""

from collections.abc import Sequence

import asyncpg

MOST_REQUESTED = "select index, count from request_count order by count desc, index asc limit $1"
COUNT = "select count from request_count where index = $1"
ASKED_AMONG = "select index from request_count where index = any($1::bigint[])"


class Requests:
    """Answers questions about accepted requests; asyncpg's own errors come through."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def most_requested(self, limit: int) -> list[tuple[int, int]]:
        """Return up to `limit` pairs of index and count, ties broken by the smaller index."""
        rows = await self._pool.fetch(MOST_REQUESTED, limit)
        return [(row["index"], row["count"]) for row in rows]

    async def count(self, index: int) -> int:
        """Return how many requests were ever accepted for the index."""
        return int(await self._pool.fetchval(COUNT, index) or 0)

    async def asked_among(self, indices: Sequence[int]) -> set[int]:
        """Return those of the indices that anybody ever asked for."""
        rows = await self._pool.fetch(ASKED_AMONG, indices)
        return {row["index"] for row in rows}

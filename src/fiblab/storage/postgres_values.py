"""Heavy values in PostgreSQL, where a wiped Redis cannot take them along."""

from collections.abc import Sequence

import asyncpg

from fiblab.storage.encoding import (
    CorruptValue,
    OnCorrupt,
    Tier,
    compress,
    decode_in_time,
    off_the_loop_if_long,
)

FIND = "select digits from fibonacci_value where index = $1"
FIND_STORED = "select index from fibonacci_value where index = any($1::bigint[])"
DROP_CORRUPT = "delete from fibonacci_value where index = $1 and digits = $2"
STORE = """
    insert into fibonacci_value (index, digit_count, digits) values ($1, $2, $3)
    on conflict (index) do nothing"""


class PostgresValues:
    """Reads, checks and writes values beyond `above_index`; smaller ones are computed faster.

    A corrupt value is deleted, reported through `on_corrupt` and treated as absent. Waits at most
    `timeout_s` for a connection of the pool, and as long again for an answer. asyncpg's own errors
    and TimeoutError come through; every method may be repeated at will.
    """

    def __init__(
        self,
        pool: asyncpg.Pool,
        *,
        above_index: int,
        on_corrupt: OnCorrupt,
        timeout_s: float = 5.0,
    ) -> None:
        self._pool = pool
        self._above_index = above_index
        self._on_corrupt = on_corrupt
        self._timeout_s = timeout_s

    async def get(self, index: int) -> str | None:
        """Return F(index), or None where PostgreSQL has no right value."""
        if index <= self._above_index:
            return None
        async with self._pool.acquire(timeout=self._timeout_s) as connection:
            stored = await connection.fetchval(FIND, index, timeout=self._timeout_s)
        if stored is None:
            return None
        try:
            return await decode_in_time(index, stored)
        except CorruptValue as corrupt:
            await self._drop(index, stored)
            self._on_corrupt(index, Tier.POSTGRES, str(corrupt))
            return None

    async def exists(self, indices: Sequence[int]) -> set[int]:
        """Return those of the indices that have something stored, right or not."""
        heavy = [index for index in indices if index > self._above_index]
        if not heavy:
            return set()
        async with self._pool.acquire(timeout=self._timeout_s) as connection:
            rows = await connection.fetch(FIND_STORED, heavy, timeout=self._timeout_s)
        return {row["index"] for row in rows}

    async def put(self, index: int, text: str) -> None:
        """Store F(index) if it is heavy and not there yet."""
        if index <= self._above_index:
            return
        frame = await off_the_loop_if_long(len(text), lambda: compress(text))
        async with self._pool.acquire(timeout=self._timeout_s) as connection:
            await connection.execute(STORE, index, len(text), frame, timeout=self._timeout_s)

    async def _drop(self, index: int, stored: bytes) -> None:
        async with self._pool.acquire(timeout=self._timeout_s) as connection:
            await connection.execute(DROP_CORRUPT, index, stored, timeout=self._timeout_s)

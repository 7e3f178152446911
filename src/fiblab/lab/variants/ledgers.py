"""Ledgers that look right, and are not."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from typing import ClassVar

import asyncpg

from fiblab.storage import Ledger, LedgerEntry, LedgerError, Recorded

INSERT = """
    insert into request_ledger (request_id, index, state, closed_at)
    select *, case when state = 'done' then now() end
    from unnest($1::text[], $2::bigint[], $3::text[]) as entry (request_id, index, state)
    on conflict (request_id) do nothing"""

COUNT = """
    insert into request_count as total (index, count) values ($1, 1)
    on conflict (index) do update set count = total.count + 1"""


class CountsSeparately(Ledger):
    """Inserts rows in one transaction, and counts them in another."""

    stands_for: ClassVar = "fiblab.bootstrap.parts.Ledger"

    async def record(self, entries: Sequence[LedgerEntry]) -> list[Recorded]:
        """Record the rows, and count when that is done."""
        columns = (
            [entry.request_id for entry in entries],
            [entry.index for entry in entries],
            ["done" if entry.done else "open" for entry in entries],
        )
        await self._connection.run(lambda c: c.execute(INSERT, *columns))
        self._on_commit(1, 0.0)
        for entry in entries:
            with suppress(LedgerError):  # the row is there: the client may have its answer
                await self._connection.run(partial(_count, entry.index))
        return [Recorded.NEW for _ in entries]


async def _count(index: int, connection: asyncpg.Connection) -> None:
    await connection.execute(COUNT, index)


class AnswersBeforeTheCommit(Ledger):
    """Lets the client have its answer while the commit is still under way."""

    stands_for: ClassVar = "fiblab.bootstrap.parts.Ledger"
    _under_way: ClassVar[set[asyncio.Task[None]]] = set()

    async def record(self, entries: Sequence[LedgerEntry]) -> list[Recorded]:
        """Promise it, and try."""
        commit = asyncio.create_task(self._try(entries))
        self._under_way.add(commit)
        commit.add_done_callback(self._under_way.discard)
        return [Recorded.NEW for _ in entries]

    async def _try(self, entries: Sequence[LedgerEntry]) -> None:
        with suppress(LedgerError):
            await super().record(entries)

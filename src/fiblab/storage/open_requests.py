"""The ledger's open rows: what is still owed to somebody, for the sweeper to settle."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from typing import Final

import asyncpg

from fiblab.storage.errors import POSTGRES_ERRORS

#: Identifies the sweeper's advisory lock within a database: "fibswp" in ASCII.
SWEEPER_LOCK = 0x666962737770

#: Seconds of silence after which PostgreSQL takes the role from its holder. A sweep speaks once a
#: page, which takes some 3 s at worst (500 dead letters, one statement each); one that is taken for
#: frozen, and is not, does no harm. Until then nobody sweeps: that should not be long either.
SWEEPER_SILENCE_LIMIT_S = 10.0

LIMIT_SILENCE = "select set_config('idle_in_transaction_session_timeout', $1, true)"

TRY_TO_SWEEP = "select pg_try_advisory_xact_lock($1)"

STILL_HERE = "select"

OPEN_INDICES = """
    select distinct index from request_ledger
    where state = 'open' and index > $1 and accepted_at < now() - $2::interval
    order by index limit $3"""

#: Rows that one statement changes: some 200 ms, a tenth of what a statement may take. Any number
#: of requests may be open for one index.
STEP = 10_000

# Each step finds its rows by their places (ctid): joined by their ids, it would read the whole
# table as soon as the planner expects many of them.

CLOSE_DONE = """
    update request_ledger set state = 'done', closed_at = now()
    where ctid = any(array(
      select ctid from request_ledger
      where state = 'open' and index = any($1::bigint[]) limit $2
      for update))"""

CLOSE_FAILED = """
    update request_ledger
    set state = 'failed', closed_at = now(),
        failure_category = $2, failure_detail = $3, attempts = $4
    where ctid = any(array(
      select ctid from request_ledger where state = 'open' and index = $1 limit $5
      for update))"""

FORGET_CLOSED = """
    delete from request_ledger where ctid = any(array(
      select ctid from request_ledger
      where closed_at < now() - $1::interval
      order by closed_at limit $2
      for update skip locked))"""


class OpenRequests:
    """Closes and forgets rows of the ledger; asyncpg's own errors come through.

    Every method may be repeated at will: a row that is closed stays as it was closed first. No
    statement changes more than `step` rows, however many there are.
    """

    def __init__(self, pool: asyncpg.Pool, *, step: int = STEP) -> None:
        self._pool = pool
        self.step: Final = step

    @asynccontextmanager
    async def sole_sweeper(
        self, silence_limit_s: float = SWEEPER_SILENCE_LIMIT_S
    ) -> AsyncIterator["SweeperRole | None"]:
        """Try to be the only sweeper of this database; yield the role, None if another has it.

        Holds one connection of the pool. The role ends with the block, with the connection, or with
        `silence_limit_s` seconds (1 ms at least) without a `still_held`: its holder may be frozen,
        or its machine gone. The block may go on without the role, and ends without an error then.
        """
        async with self._pool.acquire() as connection:
            transaction = connection.transaction()
            await transaction.start()
            try:
                # Limited before it is locked: a process may freeze between any two statements.
                await connection.execute(LIMIT_SILENCE, f"{round(silence_limit_s * 1_000)}ms")
                is_sole = await connection.fetchval(TRY_TO_SWEEP, SWEEPER_LOCK)
                yield SweeperRole(connection) if is_sole else None
            finally:
                with suppress(*POSTGRES_ERRORS):  # with the connection the transaction is gone, too
                    await transaction.rollback()

    async def open_indices(
        self, older_than_s: float, limit: int, *, after_index: int = -1
    ) -> list[int]:
        """Return indices that have been owed for `older_than_s` seconds, in ascending order.

        To see all of them pass the last index of one page as `after_index` of the next.
        """
        age = timedelta(seconds=older_than_s)
        rows = await self._pool.fetch(OPEN_INDICES, after_index, age, limit)
        return [row["index"] for row in rows]

    async def close_done(self, indices: Sequence[int]) -> int:
        """Close the open rows of the indices as done; return how many rows that were."""
        return await self._close(CLOSE_DONE, indices)

    async def close_failed(self, index: int, category: str, detail: str, attempts: int) -> int:
        """Close the open rows of the index as failed, with the reason; return how many."""
        return await self._close(CLOSE_FAILED, index, category, detail, attempts)

    async def _close(self, statement: str, *arguments: object) -> int:
        """Close step by step, each for good, until one finds fewer rows than it might."""
        closed, rows = 0, self.step
        while rows == self.step:
            rows = _affected(await self._pool.execute(statement, *arguments, self.step))
            closed += rows
        return closed

    async def forget_closed(self, older_than: timedelta) -> int:
        """Delete up to `step` rows that were closed before that time; return how many.

        Their counts stay. Their request ids may be used again afterwards.
        """
        return _affected(await self._pool.execute(FORGET_CLOSED, older_than, self.step))


class SweeperRole:
    """Being the only sweeper, for as long as PostgreSQL hears of it now and then."""

    def __init__(self, connection: asyncpg.pool.PoolConnectionProxy) -> None:
        self._connection = connection

    async def still_held(self) -> bool:
        """Tell PostgreSQL that the holder is alive; return whether it has the role for certain."""
        try:
            await self._connection.execute(STILL_HERE)
        except POSTGRES_ERRORS:
            return False
        return True


def _affected(status: str) -> int:
    """Read the number of rows out of a command tag such as `UPDATE 3`."""
    return int(status.rsplit(" ", 1)[1])

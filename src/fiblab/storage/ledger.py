"""The ledger: one durable row per accepted request, and how often each index was asked for.

A request is recorded under its id, which makes a repetition harmless: a replay counts nothing. Row
and count are written by one statement, so that count(n) is always the number of rows ever accepted.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum

import asyncpg

from fiblab.storage.commit_connection import CommitConnection
from fiblab.storage.errors import KeyReused, LedgerError, LedgerUnavailable
from fiblab.storage.group_commit import GroupCommit

#: Rows first, counts second, each in sorted order: two servers that share keys or indices take
#: their locks in the same order and cannot deadlock.
INSERT_NEW_AND_COUNT = """
    with entry as (
      select * from unnest($1::text[], $2::bigint[], $3::boolean[])
        as entry (request_id, index, done)
    ), inserted as (
      insert into request_ledger (request_id, index, state, closed_at)
      select request_id, index,
             case when done then 'done' else 'open' end,
             case when done then now() end
      from entry order by request_id
      on conflict (request_id) do nothing
      returning request_id, index
    ), counted as (
      insert into request_count as total (index, count)
      select index, count(*) from inserted group by index order by index
      on conflict (index) do update set count = total.count + excluded.count
    )
    select request_id, index from inserted"""

FIND_INDICES = "select request_id, index from request_ledger where request_id = any($1::text[])"


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One request: its id, the index it asks for, and whether the value was known already."""

    request_id: str
    index: int
    done: bool


class Recorded(StrEnum):
    """What recording an entry did."""

    NEW = "new"
    REPLAYED = "replayed"


OnCommit = Callable[[int, float], None]


class Ledger:
    """Records accepted requests durably, many in one commit, over one connection of its own.

    While PostgreSQL is away `record` fails at once (LedgerUnavailable) and the connection comes
    back by itself. Nobody is answered before the commit that holds its row; `commit_timeout_s`
    bounds one commit, and a caller waits for the one in flight and for its own. `on_commit` is told
    the number of callers and the seconds of every commit that succeeded.
    """

    def __init__(
        self,
        connect: Callable[[], Awaitable[asyncpg.Connection]],
        *,
        batch_limit: int = 500,
        commit_timeout_s: float = 2.0,
        on_commit: OnCommit = lambda _size, _seconds: None,
    ) -> None:
        self._connection = CommitConnection(connect, timeout_s=commit_timeout_s)
        self._on_commit = on_commit
        self._single = GroupCommit(self._commit_single_entries, limit=batch_limit)
        # A call of several entries is a batch already, and must be taken back without the others.
        self._several = GroupCommit(self._commit_several_entries, limit=1)
        self._lookups = GroupCommit(self._look_up, limit=batch_limit)

    @property
    def connected(self) -> bool:
        """Whether a request could be recorded now."""
        return self._connection.connected

    async def start(self) -> None:
        """Connect; raise LedgerUnavailable where that fails, and go on trying in the background."""
        await self._connection.open()

    async def close(self) -> None:
        """Answer everyone who waits, then close the connection."""
        waiting = (self._single, self._several, self._lookups)
        await asyncio.gather(*(callers.drained() for callers in waiting))
        await self._connection.close()

    async def record(self, entries: Sequence[LedgerEntry]) -> list[Recorded]:
        """Record all entries or none, and return what became of each, in order.

        Raises LedgerUnavailable or KeyReused where nothing was recorded for certain, and
        LedgerIndefinite where it may have been: repeated with the same ids it is recorded once.
        A caller that is cancelled may have been recorded too.
        """
        if not entries:
            return []
        if len(entries) == 1:
            return [await self._single.submit(entries[0])]
        return await self._several.submit(entries)

    async def find(self, request_id: str) -> int | None:
        """Return the index that the request id stands for, None where it is unknown.

        Raises LedgerError where PostgreSQL cannot say.
        """
        return await self._lookups.submit(request_id)

    async def _commit_single_entries(
        self, entries: Sequence[LedgerEntry]
    ) -> list[Recorded | Exception]:
        """Commit the entries of many callers in one statement, which is its own transaction."""
        firsts = _first_by_id(entries)
        started = time.perf_counter()
        try:
            new = await self._connection.run(lambda c: _insert(c, firsts))
        except LedgerError as error:
            return [type(error)(*error.args) for _ in entries]
        self._on_commit(len(entries), time.perf_counter() - started)
        known: dict[str, int] = {}
        if missing := firsts.keys() - new.keys():
            # What is new is committed: should this fail, only the others get no answer.
            with suppress(LedgerError):
                known = await self._connection.run(lambda c: _find(c, missing))
        return _outcomes(entries, new, known)

    async def _commit_several_entries(
        self, calls: Sequence[Sequence[LedgerEntry]]
    ) -> list[list[Recorded]]:
        """Commit the entries of one caller in a transaction, or take all of them back."""
        (entries,) = calls
        started = time.perf_counter()
        recorded = await self._connection.run(lambda c: _record_all_or_none(c, entries))
        self._on_commit(1, time.perf_counter() - started)
        return [recorded]

    async def _look_up(self, request_ids: Sequence[str]) -> list[int | None]:
        indices = await self._connection.run(lambda c: _find(c, set(request_ids)))
        return [indices.get(request_id) for request_id in request_ids]


async def _record_all_or_none(
    connection: asyncpg.Connection, entries: Sequence[LedgerEntry]
) -> list[Recorded]:
    firsts = _first_by_id(entries)
    async with connection.transaction():
        new = await _insert(connection, firsts)
        missing = firsts.keys() - new.keys()
        known = await _find(connection, missing) if missing else {}
        _refuse_partly_known(new, known)
        recorded = []
        for outcome in _outcomes(entries, new, known):
            if isinstance(outcome, Exception):
                raise outcome  # takes the whole call back
            recorded.append(outcome)
    return recorded


def _refuse_partly_known(new: Mapping[str, int], known: Mapping[str, int]) -> None:
    """Raise KeyReused where some ids are new and some are not.

    A call is recorded whole, so that its own repetition is known whole: these are another call's.
    """
    if new and known:
        request_id, recorded_index = next(iter(known.items()))
        raise KeyReused(request_id, next(iter(new.values())), recorded_index)


async def _insert(
    connection: asyncpg.Connection, firsts: Mapping[str, LedgerEntry]
) -> dict[str, int]:
    """Insert and count the rows that are not there yet; return their ids and indices."""
    entries = firsts.values()
    rows = await connection.fetch(
        INSERT_NEW_AND_COUNT,
        [entry.request_id for entry in entries],
        [entry.index for entry in entries],
        [entry.done for entry in entries],
    )
    return dict(map(tuple, rows))


async def _find(connection: asyncpg.Connection, request_ids: Collection[str]) -> dict[str, int]:
    """Return the index that each of the ids stands for, without those that are unknown."""
    return dict(map(tuple, await connection.fetch(FIND_INDICES, list(request_ids))))


def _first_by_id(entries: Iterable[LedgerEntry]) -> dict[str, LedgerEntry]:
    """Keep the first entry of each request id: a statement may not insert one id twice."""
    firsts: dict[str, LedgerEntry] = {}
    for entry in entries:
        firsts.setdefault(entry.request_id, entry)
    return firsts


def _outcomes(
    entries: Iterable[LedgerEntry], new: Mapping[str, int], known: Mapping[str, int]
) -> list[Recorded | Exception]:
    """Tell for each entry whether it is new, a replay, or contradicts what its id stands for."""
    indices = {**known, **new}
    unseen = set(new)
    return [_outcome(entry, unseen, indices) for entry in entries]


def _outcome(
    entry: LedgerEntry, unseen: set[str], indices: Mapping[str, int]
) -> Recorded | Exception:
    if entry.request_id in unseen:
        unseen.remove(entry.request_id)
        return Recorded.NEW
    if entry.request_id not in indices:
        return LedgerUnavailable("The request's earlier row could not be read; repeat the request.")
    if indices[entry.request_id] != entry.index:
        return KeyReused(entry.request_id, entry.index, indices[entry.request_id])
    return Recorded.REPLAYED

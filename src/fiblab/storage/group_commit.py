"""Group commit: what concurrent callers want committed travels to the store together.

A commit costs the same whether it holds one row or hundreds. While one batch is in flight the next
one gathers, so batches grow with the load by themselves, and without load nobody waits for company.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextvars import Context
from typing import Generic, NamedTuple, TypeVar

Entry = TypeVar("Entry")
Outcome = TypeVar("Outcome")


class _Caller(NamedTuple, Generic[Entry, Outcome]):
    """Someone who waits for an entry's outcome."""

    entry: Entry
    outcome: asyncio.Future[Outcome]


class GroupCommit(Generic[Entry, Outcome]):
    """Commits the entries of concurrent callers in batches, one batch at a time.

    `commit` takes up to `limit` entries and returns one outcome or error for each, in order; what
    it raises instead reaches every caller of that batch and no other. A caller that is cancelled
    leaves its entry in its batch: that caller cannot know whether it was committed, and nobody
    else notices.
    """

    def __init__(
        self,
        commit: Callable[[Sequence[Entry]], Awaitable[Sequence[Outcome | Exception]]],
        *,
        limit: int,
    ) -> None:
        self._commit = commit
        self._limit = limit
        self._gathering: deque[_Caller[Entry, Outcome]] = deque()
        self._committing: asyncio.Task[None] | None = None

    async def submit(self, entry: Entry) -> Outcome:
        """Commit the entry with whoever else is waiting; return its outcome or raise its error."""
        caller: _Caller[Entry, Outcome] = _Caller(entry, asyncio.get_running_loop().create_future())
        self._gathering.append(caller)
        if self._committing is None:
            # A context of its own: the first caller's trace must not appear in the others' batches.
            self._committing = asyncio.create_task(self._commit_all(), context=Context())
        return await caller.outcome

    async def drained(self) -> None:
        """Wait until nobody waits any more."""
        if self._committing is not None:
            await self._committing

    async def _commit_all(self) -> None:
        try:
            while self._gathering:
                await self._commit_batch(self._take_batch())
        finally:
            self._committing = None

    def _take_batch(self) -> list[_Caller[Entry, Outcome]]:
        size = min(self._limit, len(self._gathering))
        return [self._gathering.popleft() for _ in range(size)]

    async def _commit_batch(self, batch: Sequence[_Caller[Entry, Outcome]]) -> None:
        outcomes: Sequence[Outcome | Exception]
        try:
            outcomes = await self._commit([caller.entry for caller in batch])
        except Exception as error:  # noqa: BLE001 - whatever it is, it is the callers' to know
            outcomes = [error] * len(batch)
        for caller, outcome in zip(batch, outcomes, strict=True):
            if caller.outcome.done():  # cancelled
                continue
            if isinstance(outcome, Exception):
                caller.outcome.set_exception(outcome)
            else:
                caller.outcome.set_result(outcome)

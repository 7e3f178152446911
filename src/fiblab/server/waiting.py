"""`Prefer: wait=N`: holding an answer until it is known, by one poll of Redis for all who wait.

Polling starts dense, for the many values that take a millisecond, and thins out to ten looks a
second; those who wait for the same index share them.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from fiblab.server.drain import Drain
from fiblab.server.looking_up import LOOK_UP_ERRORS
from fiblab.server.wire import FibonacciCalculating, RangeItem

#: Seconds; a small value is there within one or two milliseconds.
FIRST_PAUSE_S = 0.002
#: Seconds; a person does not notice a tenth.
LONGEST_PAUSE_S = 0.1
#: Each pause is longer than the one before by this factor.
GROWTH = 1.5
#: Requests held at once; each is an open connection. Beyond it they are answered at once.
WAITERS_LIMIT = 1_000

LookUpOne = Callable[[int], Awaitable[RangeItem]]
"""Tells how an index stands; `LookUp.one`."""


@dataclass(slots=True)
class _Watch:
    """The one poll for an index, which ends with the last of those who wait for it."""

    latest: RangeItem
    """How it stood when it was looked at last."""
    poll: asyncio.Task[RangeItem] = field(init=False)
    waiters: int = 0


class Waiting:
    """Holds answers until they are known, at most `limit` at once."""

    def __init__(self, look_up: LookUpOne, drain: Drain, *, limit: int = WAITERS_LIMIT) -> None:
        self._look_up = look_up
        self._drain = drain
        self._limit = limit
        self._waiters = 0
        self._watches: dict[int, _Watch] = {}

    async def until_known(self, item: FibonacciCalculating, seconds: float) -> RangeItem:
        """Return how the index stands once it is no longer being calculated.

        Or as it stood last: after `seconds`, when the server drains, where too many wait already,
        or where the stores fail meanwhile. It never raises: the request may be counted by now.
        """
        if self._waiters >= self._limit or self._drain.begun:
            return item
        watch = self._join(item)
        try:
            async with asyncio.timeout(seconds):
                return await asyncio.shield(watch.poll)
        except LOOK_UP_ERRORS:
            return watch.latest
        finally:
            self._leave(item.index, watch)

    def _join(self, item: FibonacciCalculating) -> _Watch:
        watch = self._watches.get(item.index)
        if watch is None:
            watch = self._watches[item.index] = _Watch(item)
            watch.poll = asyncio.create_task(self._poll(item.index, watch))
        watch.waiters += 1
        self._waiters += 1
        return watch

    def _leave(self, index: int, watch: _Watch) -> None:
        watch.waiters -= 1
        self._waiters -= 1
        finished = watch.poll.done()
        if finished or not watch.waiters:
            watch.poll.cancel()
            if self._watches.get(index) is watch:
                del self._watches[index]

    async def _poll(self, index: int, watch: _Watch) -> RangeItem:
        pause = FIRST_PAUSE_S
        while True:
            draining = await self._drain.wait(pause)
            item = watch.latest = await self._look_up(index)
            if draining or not isinstance(item, FibonacciCalculating):
                return item
            pause = min(pause * GROWTH, LONGEST_PAUSE_S)

"""Deadlines of requests, all watched by one timer.

`asyncio.timeout` sets a timer for each request and takes it back, though one in a million goes off.
Here a request only notes when it is due; the one timer looks when the first of them may be.
"""

import asyncio
from types import TracebackType
from typing import Self


class Deadlines:
    """Makes deadlines, `seconds` from when each is entered, on the running event loop."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._loop: asyncio.AbstractEventLoop | None = None
        self._watched: set[Deadline] = set()
        self._timer: asyncio.TimerHandle | None = None

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        """The loop, asked for once."""
        if self._loop is None:
            self._loop = asyncio.get_running_loop()
        return self._loop

    def watch(self, deadline: "Deadline") -> None:
        """Let no deadline pass unseen until it is forgotten; call it again for one that moved."""
        self._watched.add(deadline)
        if self._timer is None or deadline.due < self._timer.when():
            self._look_at(deadline.due)

    def forget(self, deadline: "Deadline") -> None:
        """Let it pass."""
        self._watched.discard(deadline)

    def _look_at(self, when: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self.loop.call_at(when, self._look)

    def _look(self) -> None:
        self._timer = None
        now = self.loop.time()
        for deadline in [each for each in self._watched if each.due <= now]:
            self._watched.discard(deadline)
            deadline.pass_by()
        if self._watched:
            self._look_at(min(each.due for each in self._watched))


class Deadline:
    """`with deadline: ...` raises TimeoutError in its place, as `async with asyncio.timeout` does.

    It may be moved or lifted within the block, and outside of it that does nothing.
    """

    __slots__ = ("_all", "_cancelling", "_passed", "_task", "due")

    def __init__(self, among: Deadlines) -> None:
        self._all = among
        self._task: asyncio.Task[object] | None = None
        self._passed = False
        self._cancelling = 0
        self.due = 0.0
        """When it passes, by the loop's clock."""

    def __enter__(self) -> Self:
        """Begin."""
        self._task = asyncio.current_task(self._all.loop)
        assert self._task is not None  # noqa: S101 - a request is answered in a task
        self._cancelling = self._task.cancelling()
        self.move(self._all.seconds)
        return self

    def move(self, seconds: float) -> None:
        """Let it pass `seconds` from now on."""
        if self._task is not None and not self._passed:
            self.due = self._all.loop.time() + seconds
            self._all.watch(self)

    def lift(self) -> None:
        """Have no deadline any more."""
        self._all.forget(self)

    def pass_by(self) -> None:
        """Cancel who is within the block."""
        self._passed = True
        if self._task is not None:
            self._task.cancel()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End; a cancellation that was this deadline's, and nobody else's, is a TimeoutError."""
        self._all.forget(self)
        task, self._task = self._task, None
        if not self._passed or task is None:
            return
        if task.uncancel() <= self._cancelling and kind is asyncio.CancelledError:
            raise TimeoutError from error

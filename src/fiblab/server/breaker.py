"""A circuit breaker: after failures in a row, callers fail at once in place of queueing up.

    closed --(threshold failures in a row)--> open --(reset_s later)--> half-open
       ^                                        ^                           |
       |                                        '-------(it fails)----------|
       '-------------------------(it succeeds)------------------------------'

Half-open lets one call through, as a probe; all others still fail at once. Time is monotonic: a
clock that jumps neither holds the breaker open nor closes it. A call that is cancelled, or fails
for a reason of its own, says nothing about the dependency.
"""

import time
from collections.abc import Callable
from enum import StrEnum
from types import TracebackType


class BreakerState(StrEnum):
    """What the breaker does with the next call."""

    CLOSED = "closed"
    HALF_OPEN = "half-open"
    OPEN = "open"


class BreakerOpen(Exception):  # noqa: N818 - the state's own name, as in the pattern's literature
    """Definite: the dependency was not called. `retry_in_s` is when it is tried again."""

    def __init__(self, dependency: str, retry_in_s: float) -> None:
        super().__init__(f"{dependency} has failed repeatedly and is given a rest")
        self.dependency = dependency
        self.retry_in_s = retry_in_s


class Breaker:
    """Guards calls to one dependency: `with breaker: await call()`.

    `failures` are the exceptions that count; `on_change` is told each new state.
    """

    def __init__(  # noqa: PLR0913 - a breaker's numbers, all by keyword
        self,
        dependency: str,
        *,
        threshold: int,
        reset_s: float,
        failures: tuple[type[BaseException], ...],
        on_change: Callable[[str, BreakerState], None] = lambda _name, _state: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.dependency = dependency
        self.state = BreakerState.CLOSED
        self._threshold = threshold
        self._reset_s = reset_s
        self._failures = failures
        self._on_change = on_change
        self._clock = clock
        self._in_a_row = 0
        self._probe_at = 0.0

    def __enter__(self) -> None:
        """Let a call through, or raise BreakerOpen."""
        if self.state is BreakerState.CLOSED:
            return
        rest_s = self._probe_at - self._clock()
        if self.state is BreakerState.HALF_OPEN or rest_s > 0:
            raise BreakerOpen(self.dependency, max(0.0, rest_s))
        self._become(BreakerState.HALF_OPEN)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Learn from how the call ended."""
        if kind is None:
            self._succeeded()
        elif issubclass(kind, self._failures):
            self._failed()
        elif self.state is BreakerState.HALF_OPEN:
            self._become(BreakerState.OPEN)  # the probe told nothing: the next call is one

    def _succeeded(self) -> None:
        self._in_a_row = 0
        if self.state is not BreakerState.CLOSED:
            self._become(BreakerState.CLOSED)

    def _failed(self) -> None:
        self._in_a_row += 1
        if self.state is BreakerState.HALF_OPEN or self._in_a_row >= self._threshold:
            self._probe_at = self._clock() + self._reset_s
            self._become(BreakerState.OPEN)

    def _become(self, state: BreakerState) -> None:
        if state is not self.state:
            self.state = state
            self._on_change(self.dependency, state)

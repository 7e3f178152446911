"""How far a computation is between two reports of it."""

import time
from collections.abc import Callable

from fiblab.fibonacci import Progress


class ProgressEstimate:
    """Moves on from the last report at the pace so far, never beyond what the next one will say.

    `clock` gives seconds from any beginning.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._began = self._heard = clock()
        self._last = Progress(0.0, 0.0)

    def hear(self, progress: Progress) -> None:
        """Take the computation's own report."""
        self._last = progress
        self._heard = self._clock()

    def share(self) -> float:
        """Return the share that is probably done, 0.0 to 1.0."""
        took = self._heard - self._began
        pace = self._last.done / took if took > 0 else 0.0
        return min(self._last.until, self._last.done + pace * (self._clock() - self._heard))

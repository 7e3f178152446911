"""Tells on the terminal how far an exploration is."""

import sys
import time
from types import TracebackType
from typing import Self

from fiblab.lab.exploration.explorer import Counts

#: Seconds between two lines: often enough to see it move.
INTERVAL_S = 2.0


class Told:
    """A line every two seconds, and one at the end; give it to an explorer as its `progress`."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._next = time.monotonic() + INTERVAL_S
        self._counts = Counts()

    def __call__(self, counts: Counts, waiting: int) -> None:
        """Tell the counts, if it is time."""
        self._counts = counts
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + INTERVAL_S
            self._say(f"{waiting:,} states wait")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if kind is None:
            self._say(f"ended after {self._counts.seconds:.1f} s")

    def _say(self, what: str) -> None:
        counts = self._counts
        print(  # noqa: T201 - what a command tells while it runs
            f"{self._name}: {counts.states:,} states, {counts.transitions:,} transitions"
            f" ({counts.rate:,.0f}/s), depth {counts.depth}, {what}",
            file=sys.stderr,
            flush=True,
        )

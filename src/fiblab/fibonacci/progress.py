"""How far a long computation is, in shares of its estimated work."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

#: Share of the whole work: a step smaller than this is not worth a report of its own.
SMALLEST_REPORT = 0.001


@dataclass(frozen=True, slots=True)
class Progress:
    """Shares of the whole work, 0.0 to 1.0: what is done now, and what the next report will say.

    Between two reports a caller may move from `done` towards `until` by the time that passed.
    """

    done: float
    until: float


def unheard(progress: Progress) -> None:
    """Take a report and do nothing with it."""


class Milestones:
    """Reports progress over steps of known relative cost: 0.0 at once, 1.0 after the last step."""

    def __init__(self, costs: Sequence[float], report: Callable[[Progress], None]) -> None:
        total = sum(costs)
        # Rounding may leave the last share beside 1.0, which is the one that must be exact.
        self._shares = [*(cost / total for cost in accumulate(costs[:-1])), 1.0]
        self._steps_done = 0
        self._reported = 0.0
        self._report = report
        self._tell(0.0)

    def step_done(self) -> None:
        """Count one step; report if enough was done since the last report, or nothing is left."""
        done = self._shares[self._steps_done]
        self._steps_done += 1
        if done == 1.0 or done - self._reported >= SMALLEST_REPORT:
            self._tell(done)

    def _tell(self, done: float) -> None:
        ahead = self._shares[self._steps_done :]
        until = next((share for share in ahead if share - done >= SMALLEST_REPORT), 1.0)
        self._reported = done
        self._report(Progress(done, until))

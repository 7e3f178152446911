"""Keeps processes running: one that ends is started again, and all are stopped in order.

A learner who kills a worker wants to see its job taken over, and then a worker again.
"""

import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass

from .errors import StartError
from .process import ChildProcess, Pause

#: Seconds before the first new start; each start in a row that fails soon doubles the wait.
FIRST_WAIT_S = 0.5
#: Seconds that a process must have run for its end to count as the first one again.
STEADY_AFTER_S = 10.0
#: Ends in a row, each soon after its start, after which starting again is pointless.
ENDS_LIMIT = 5
#: Seconds between two looks at what runs.
LOOK_S = 0.1


@dataclass(slots=True)
class _Watched:
    """One process, and how its last starts went (times: seconds, monotonic)."""

    process: ChildProcess
    start: Callable[[], None]
    started_at: float
    ends_in_a_row: int = 0
    start_due: float | None = None


class Supervisor:
    """Watches child processes; `say` is told of each that ended and of each new start.

    Processes are stopped in the reverse order of `keep`, so that each outlives what needs it.
    """

    def __init__(
        self, say: Callable[[str], None], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._say = say
        self._clock = clock
        self._watched: list[_Watched] = []

    def keep(self, process: ChildProcess, start: Callable[[], None] | None = None) -> None:
        """Watch a process that runs; `start`, by default its own, is how it is started again."""
        self._watched.append(_Watched(process, start or process.start, self._clock()))

    def run(self, pause: Pause) -> None:
        """Watch until `pause` raises, or until a process is given up: StartError, with its log."""
        while True:
            self.look()
            pause(LOOK_S)

    def look(self) -> None:
        """Look once at every process, and start again what is due; raises StartError."""
        for watched in self._watched:
            if watched.process.is_running:
                continue
            if watched.start_due is None:
                self._note_end(watched)
            elif self._clock() >= watched.start_due:
                self._start_again(watched)

    def stop(self, grace_s: float, pause: Pause = time.sleep) -> None:
        """Stop every process, the last one first; what has not ended after `grace_s` is killed."""
        with ExitStack() as stack:
            for watched in self._watched:
                stack.callback(watched.process.stop, grace_s, pause)

    def _note_end(self, watched: _Watched) -> None:
        now = self._clock()
        ended_soon = now - watched.started_at < STEADY_AFTER_S
        watched.ends_in_a_row = watched.ends_in_a_row + 1 if ended_soon else 1
        process = watched.process
        if watched.ends_in_a_row >= ENDS_LIMIT:
            often = f"{process.name} ended {ENDS_LIMIT} times in a row; at last it "
            raise StartError(often + process.ending() + process.quoted_tail())
        wait = FIRST_WAIT_S * 2 ** (watched.ends_in_a_row - 1)
        watched.start_due = now + wait
        self._say(f"{process.name} {process.ending()}; starting it again in {wait:g} s")

    def _start_again(self, watched: _Watched) -> None:
        watched.start()
        watched.started_at, watched.start_due = self._clock(), None
        self._say(f"{watched.process.name} runs again (pid {watched.process.pid})")

"""Keeps processes running: one that ends is started again, and all are stopped in order.

A learner who kills a worker wants to see its job taken over, and then a worker again. What a
learner orders (kill, freeze, thaw, stop, start) is no failure: it counts towards nothing.
"""

import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from enum import StrEnum

from .errors import NoSuchProcessError, OrderRefusedError, StartError
from .process import ChildProcess, Pause

#: Seconds before the first new start; each start in a row that fails soon doubles the wait.
FIRST_WAIT_S = 0.5
#: Seconds that a process must have run for its end to count as the first one again.
STEADY_AFTER_S = 10.0
#: Ends in a row, each soon after its start, after which starting again is pointless.
ENDS_LIMIT = 5
#: Seconds between two looks at what runs.
LOOK_S = 0.1
#: Seconds that a frozen process stays so at most: who froze it may have closed the page.
FREEZE_LIMIT_S = 60.0
#: Seconds that a process gets between the order to stop and SIGKILL: above a worker's own limit.
STOP_LIMIT_S = 25.0


class State(StrEnum):
    """How a supervised process is."""

    RUNNING = "running"
    FROZEN = "frozen"
    STOPPED = "stopped"
    """By order; it stays so until it is ordered to start."""
    ENDED = "ended"
    """By itself or killed; it is about to be started again."""


@dataclass(slots=True)
class _Watched:
    """One process, how its last starts went, and what was ordered (times: seconds, monotonic)."""

    process: ChildProcess
    start: Callable[[], None]
    started_at: float
    ends_in_a_row: int = 0
    start_due: float | None = None
    is_held: bool = False
    """Whether it was ordered to stop, and not yet to start."""
    kill_due: float | None = None
    thaw_due: float | None = None

    @property
    def state(self) -> State:
        """How it is now."""
        if not self.process.is_running:
            return State.STOPPED if self.is_held else State.ENDED
        return State.RUNNING if self.thaw_due is None else State.FROZEN

    def keep_limits(self, now: float) -> None:
        """Thaw what was frozen for too long, and kill what does not stop."""
        if self.thaw_due is not None and now >= self.thaw_due:
            self.thaw()
        if self.kill_due is not None and now >= self.kill_due:
            self.process.kill()

    def thaw(self) -> None:
        """Let it run, if it is frozen."""
        self.thaw_due = None
        self.process.thaw()


class Supervisor:
    """Watches child processes; `say` is told of each that ended and of each new start.

    Processes are stopped in the reverse order of `keep`, so that each outlives what needs it.
    Orders name a process; they raise NoSuchProcessError, or OrderRefusedError where it does not
    run, and repeated they have the effect of once.
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

    def states(self) -> list[tuple[ChildProcess, State]]:
        """List the processes in the order of `keep`, each with how it is."""
        return [(watched.process, watched.state) for watched in self._watched]

    def look(self) -> None:
        """Look once at every process, and start again what is due; raises StartError, with a log.

        That is where one has ended too often: it is given up.
        """
        for watched in self._watched:
            if watched.process.is_running:
                watched.keep_limits(self._clock())
            elif watched.is_held:
                continue
            elif watched.start_due is None:
                self._note_end(watched)
            elif self._clock() >= watched.start_due:
                self._start_again(watched)

    def kill(self, name: str) -> None:
        """SIGKILL a process and its descendants; it comes back soon, unless it was stopping."""
        watched = self._find_running(name)
        watched.thaw_due = None
        watched.process.kill()
        if not watched.is_held:
            watched.start_due = self._clock() + FIRST_WAIT_S
        self._say(f"{name} was killed, as ordered")

    def freeze(self, name: str) -> None:
        """SIGSTOP a process and its descendants, for `FREEZE_LIMIT_S` at most."""
        watched = self._find_running(name)
        watched.process.freeze()
        watched.thaw_due = self._clock() + FREEZE_LIMIT_S
        self._say(f"{name} was frozen, as ordered")

    def thaw(self, name: str) -> None:
        """SIGCONT a process that is frozen."""
        self._find_running(name).thaw()
        self._say(f"{name} was thawed, as ordered")

    def stop_one(self, name: str) -> None:
        """Ask a process to stop, without waiting; it is not started again by itself.

        After `STOP_LIMIT_S` it is killed.
        """
        watched = self._find(name)
        watched.is_held = True
        watched.start_due = None
        if watched.process.is_running and watched.kill_due is None:
            watched.kill_due = self._clock() + STOP_LIMIT_S
            watched.thaw_due = None
            watched.process.ask_to_stop()
            self._say(f"{name} was asked to stop, as ordered")

    def start_one(self, name: str) -> None:
        """Start a process that does not run; one that is stopping comes back when it has ended."""
        watched = self._find(name)
        watched.is_held = False
        if watched.process.is_running:
            return
        self._start_again(watched)

    def stop(self, grace_s: float, pause: Pause = time.sleep) -> None:
        """Stop every process, the last one first; what has not ended after `grace_s` is killed.

        What is frozen is thawed before, for the others may need it to end in order.
        """
        with ExitStack() as stack:
            for watched in self._watched:
                stack.callback(watched.process.stop, grace_s, pause)
            for watched in self._watched:
                watched.thaw()

    def _find(self, name: str) -> _Watched:
        for watched in self._watched:
            if watched.process.name == name:
                return watched
        names = ", ".join(watched.process.name for watched in self._watched)
        raise NoSuchProcessError(f"There is no process {name!r}, but {names}.")

    def _find_running(self, name: str) -> _Watched:
        watched = self._find(name)
        if not watched.process.is_running:
            raise OrderRefusedError(f"{name} does not run: it is {watched.state}.")
        return watched

    def _note_end(self, watched: _Watched) -> None:
        if watched.kill_due is not None:  # stopped by order, and ordered to start meanwhile
            self._start_again(watched)
            return
        ended_soon = self._clock() - watched.started_at < STEADY_AFTER_S
        self._await_start(watched, watched.process.ending(), in_a_row=ended_soon)

    def _await_start(self, watched: _Watched, ending: str, *, in_a_row: bool) -> None:
        watched.ends_in_a_row = watched.ends_in_a_row + 1 if in_a_row else 1
        process = watched.process
        if watched.ends_in_a_row >= ENDS_LIMIT:
            often = f"{process.name} ended {ENDS_LIMIT} times in a row; at last it "
            raise StartError(often + ending + process.quoted_tail())
        wait = FIRST_WAIT_S * 2 ** (watched.ends_in_a_row - 1)
        watched.start_due = self._clock() + wait
        self._say(f"{process.name} {ending}; starting it again in {wait:g} s")

    def _start_again(self, watched: _Watched) -> None:
        watched.kill_due = watched.thaw_due = watched.start_due = None
        try:
            watched.start()
        except StartError:  # of a store that was not ready in time: as if it had ended once more
            self._await_start(watched, "did not start", in_a_row=True)
            return
        watched.started_at = self._clock()
        self._say(f"{watched.process.name} runs again (pid {watched.process.pid})")

"""Breadth first through all states of a scope: the first breach found is one of the shortest."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from fiblab.lab.exploration.asking import Answers
from fiblab.lab.exploration.calls import Call
from fiblab.lab.exploration.canonical import canonical
from fiblab.lab.exploration.rules import Breach, check_end, check_new_request, check_state
from fiblab.lab.exploration.scope import Design, Scope
from fiblab.lab.exploration.state import State
from fiblab.lab.exploration.steps import Step
from fiblab.lab.exploration.system import beginning, steps_of

#: States that are expanded together, so that Redis gets its calls in large batches.
TOGETHER = 1_000


@dataclass(slots=True)
class Counts:
    """How much was explored."""

    states: int = 0
    transitions: int = 0
    calls: int = 0
    """Calls that Redis ran upon different contents, each of them twice."""
    ends: int = 0
    """States in which nothing more happens without a fault."""
    depth: int = 0
    """Steps of the longest of all shortest ways to a state."""
    seconds: float = 0.0

    @property
    def rate(self) -> float:
        """Transitions a second."""
        return self.transitions / self.seconds if self.seconds else 0.0


@dataclass(frozen=True, slots=True)
class Found:
    """A breach, and the steps that lead to it: their places among those that could be taken."""

    breach: Breach
    path: tuple[int, ...]


Progress = Callable[[Counts, int], None]
"""Told the counts so far, and how many states of this layer and the next wait."""


class Explorer:
    """Explores one scope of one design, once."""

    def __init__(
        self,
        scope: Scope,
        answers: Answers,
        design: Design,
        *,
        progress: Progress = lambda _counts, _waiting: None,
    ) -> None:
        self.scope = scope
        self.answers = answers
        self._design = design
        self._progress = progress
        self._started = time.monotonic()
        self.counts = Counts()
        self._numbers: dict[State, int] = {}
        self._came_from: list[tuple[int, int]] = []
        self._calm_ways: list[tuple[int, ...]] = []
        self._good_ends: list[int] = []

    def run(self) -> Found | None:
        """Go through all states; stop at the first breach."""
        self._started = time.monotonic()
        layer: list[State] = []
        self._arrive(beginning(self.scope), (-1, -1), layer)
        found = None
        while layer and found is None:
            fresh: list[State] = []
            for start in range(0, len(layer), TOGETHER):
                found = self._expand(layer[start : start + TOGETHER], fresh)
                self._tell(len(layer) - start + len(fresh))
                if found is not None:
                    break
            self.counts.depth += 1
            layer = fresh
        return found or self._find_trap()

    def _tell(self, waiting: int) -> None:
        self.counts.states = len(self._numbers)
        self.counts.calls = self.answers.redis.calls
        self.counts.seconds = time.monotonic() - self._started
        self._progress(self.counts, waiting)

    def _expand(self, states: Sequence[State], fresh: list[State]) -> Found | None:
        """Take every step that can be taken in these states."""
        for state, possible in zip(states, self.steps_of(states), strict=True):
            found = self._expand_one(state, possible, fresh)
            if found is not None:
                return found
        return None

    def steps_of(self, states: Sequence[State]) -> list[list[Step]]:
        """List what may happen in each state, and have all its calls answered at once."""
        steps = [steps_of(state, self.scope, self._design) for state in states]
        self.answers.ask(
            (state.redis, step.call)
            for state, possible in zip(states, steps, strict=True)
            for step in possible
            if step.call is not None
        )
        return steps

    def _expand_one(self, state: State, steps: Sequence[Step], fresh: list[State]) -> Found | None:
        number = self._numbers[state]
        calm_ways: list[int] = []
        for place, step in enumerate(steps):
            after, breach = self.take(state, step)
            known = len(fresh)
            reached = number if breach else self._arrive(after, (number, place), fresh)
            if len(fresh) > known:
                breach = next(check_state(after), None)
            if breach is not None:
                return Found(breach, (*self._path_to(number), place))
            if not step.is_fault:
                calm_ways.append(reached)
        self.counts.transitions += len(steps)
        self._calm_ways.append(tuple(calm_ways))
        return self._check_end(state, number) if set(calm_ways) <= {number} else None

    def take(self, state: State, step: Step) -> tuple[State, Breach | None]:
        """Take a step; tell what is wrong with the call that it made, if anything."""
        if step.call is None:
            return step.then(state.redis, None), None
        outcome, breach = self.answers.known[state.redis, step.call]
        return (state if breach else step.then(outcome.after, outcome.reply)), breach

    def canonical(self, state: State) -> State:
        """Give the form that all states share which behave alike; a counter may not be renamed."""
        return canonical(state) if self._design.random_nonces else state

    def _arrive(self, state: State, origin: tuple[int, int], fresh: list[State]) -> int:
        state = self.canonical(state)
        number = self._numbers.setdefault(state, len(self._numbers))
        if number == len(self._came_from):
            self._came_from.append(origin)
            fresh.append(state)
        return number

    def _check_end(self, state: State, number: int) -> Found | None:
        """Check a state in which nothing more happens by itself."""
        self.counts.ends += 1
        self._good_ends.append(number)
        jobs = dict.fromkeys(self.scope.jobs)
        questions = {job: (state.redis, Call("admit", job)) for job in jobs}
        self.answers.ask(questions.values())
        breach = next(check_end(state), None)
        for job, question in questions.items():
            outcome, broken = self.answers.known[question]
            breach = breach or broken or next(check_new_request(job, state, outcome), None)
        return breach and Found(breach, self._path_to(number))

    def _find_trap(self) -> Found | None:
        """Find a state from which, whatever happens, no good end is reached without a fault."""
        back: list[list[int]] = [[] for _ in self._calm_ways]
        for number, ways in enumerate(self._calm_ways):
            for reached in ways:
                back[reached].append(number)
        safe = bytearray(len(back))
        waiting = list(self._good_ends)
        while waiting:
            number = waiting.pop()
            if not safe[number]:
                safe[number] = 1
                waiting += back[number]
        trapped = safe.find(0)
        if trapped < 0:
            return None
        return Found(Breach(3, "from here no good end can be reached"), self._path_to(trapped))

    def _path_to(self, number: int) -> tuple[int, ...]:
        path: list[int] = []
        while number > 0:
            number, place = self._came_from[number]
            path.append(place)
        return tuple(reversed(path))

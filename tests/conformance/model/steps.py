"""The steps of a state machine, taken by one rule; what leads on is taken more often."""

from collections.abc import Callable
from typing import Any, TypeAlias

from hypothesis import strategies as st

DrawAny: TypeAlias = Callable[[st.SearchStrategy[Any]], Any]
Step: TypeAlias = Callable[[Any, DrawAny], None]
Possible: TypeAlias = Callable[[Any], object]

#: What may happen, and where it would be worth a step; what leads on stands there several times.
STEPS: list[tuple[Step, Possible]] = []


def step(possible: Possible = lambda _: True, *, times: int = 1) -> Callable[[Step], Step]:
    """Make a method one of the steps of its machine, so many times as likely as another."""

    def add(method: Step) -> Step:
        STEPS.extend([(method, possible)] * times)
        return method

    return add

"""The numbers that a queue runs by."""

from dataclasses import FrozenInstanceError, fields
from typing import Any

import pytest

from fiblab.queue import Policy

NAMES = [field.name for field in fields(Policy)]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("value", [0, -1])
def test_number_below_one_is_refused_by_name(name: str, value: int) -> None:
    """A queue without room, time or attempts would take work and never do it."""
    with pytest.raises(ValueError, match=rf"a queue's {name} is a whole number of at least 1"):
        Policy(**{name: value})


@pytest.mark.parametrize("name", NAMES)
def test_fraction_is_refused_by_name(name: str) -> None:
    """Redis would take a fraction, and refuse it in the middle of a script that has written."""
    fraction: Any = 1.5  # what the type checker refuses, Python must too
    with pytest.raises(ValueError, match=rf"a queue's {name} is a whole number .* not 1\.5"):
        Policy(**{name: fraction})


@pytest.mark.parametrize("name", NAMES)
def test_one_is_enough(name: str) -> None:
    """The smallest queue is a queue."""
    assert getattr(Policy(**{name: 1}), name) == 1


def test_policy_does_not_change_under_a_running_queue() -> None:
    """Whoever wants other numbers makes another policy."""
    with pytest.raises(FrozenInstanceError):
        Policy().bound = 5  # type: ignore[misc] # what the type checker refuses, Python must too

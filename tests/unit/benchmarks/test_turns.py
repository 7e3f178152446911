"""Sides take turns, and a comparison lacks none of them."""

from collections.abc import Mapping

import pytest
from benchmarks.measuring.turns import Turn, TurnError, take_turns


def test_sides_take_turns() -> None:
    """Each round measures every side once, in the same order."""
    order: list[str] = []

    def side(name: str) -> Turn:
        def turn() -> Mapping[str, float]:
            order.append(name)
            return {"figure": float(len(order))}

        return turn

    figures = take_turns({"a": side("a"), "b": side("b")}, 2)
    assert order == ["a", "b", "a", "b"]
    assert figures == {"figure": {"a": [1.0, 3.0], "b": [2.0, 4.0]}}


def test_a_turn_that_fails_ends_the_run() -> None:
    """The error names the side and keeps the cause."""

    def broken() -> Mapping[str, float]:
        raise OSError("no such program")

    with pytest.raises(TurnError, match="peer, round 1: no such program") as failed:
        take_turns({"peer": broken}, 1)
    assert isinstance(failed.value.__cause__, OSError)

"""The sides of the Fibonacci benchmark, each a process of its own."""

import sys
from pathlib import Path

import pytest
from benchmarks.fibonacci import text
from benchmarks.fibonacci.sides import OURS, Side, Taken
from benchmarks.measuring.turns import TurnError

HERE = Path(sys.executable)
SIDES = {OURS: Side("by_fiblab", HERE), "decimal": Side("by_decimal", HERE)}


def test_all_sides_are_measured_cold_and_warm() -> None:
    """Each has a figure a round for both."""
    warm, cold = text.at(1_000, SIDES, rounds=2, seconds=0.01)
    assert warm.what == "F(1,000) as text"
    assert cold.what == "F(1,000) as text, first call"
    for measurement in (warm, cold):
        assert {side: len(values) for side, values in measurement.sides.items()} == {
            OURS: 2,
            "decimal": 2,
        }


def test_a_side_that_computes_another_number_ends_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fast wrong answer must not win."""

    def compute_something_else(side: Side, _index: int, _seconds: float) -> Taken:
        return Taken(cold=1.0, warm=1.0, digest=side.program)

    monkeypatch.setattr(text, "take", compute_something_else)
    with pytest.raises(TurnError, match="decimal, round 1: by_decimal has computed another"):
        list(text.at(1_000, SIDES, rounds=1))

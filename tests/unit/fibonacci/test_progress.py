"""Progress of a long computation, as a caller hears of it."""

from __future__ import annotations

from itertools import pairwise

import pytest

from fiblab.fibonacci import Progress, fibonacci_text
from fiblab.fibonacci.large import binary_text, decimal_text
from fiblab.fibonacci.progress import SMALLEST_REPORT, Milestones


def reports_of(costs: list[float]) -> list[Progress]:
    """Return all reports over steps of these costs."""
    heard: list[Progress] = []
    milestones = Milestones(costs, heard.append)
    for _ in costs:
        milestones.step_done()
    return heard


def test_shares_follow_the_costs() -> None:
    """Each report holds what is done, and what the next one will hold."""
    assert reports_of([1, 1, 2]) == [
        Progress(0.0, 0.25),
        Progress(0.25, 0.5),
        Progress(0.5, 1.0),
        Progress(1.0, 1.0),
    ]


def test_steps_too_small_to_matter_are_passed_over() -> None:
    """Steps below a thousandth of the work are reported together, the last one always."""
    heard = reports_of([*[0.0004] * 5, 0.9979, 0.0001])
    assert [report.done for report in heard] == pytest.approx([0.0, 0.0012, 0.9999, 1.0])
    assert heard[-1] == Progress(1.0, 1.0)


@pytest.mark.parametrize("compute", [binary_text, decimal_text, fibonacci_text])
@pytest.mark.parametrize("index", [64, 95, 1_000, 77_777, 300_000])
def test_a_computation_reports_from_nothing_to_all(compute: object, index: int) -> None:
    """Reports start at 0.0, rise, tell the next one rightly, and end at 1.0."""
    assert callable(compute)
    heard: list[Progress] = []
    compute(index, heard.append)
    assert heard[0].done == 0.0
    assert heard[-1] == Progress(1.0, 1.0)
    for report, following in pairwise(heard):
        assert report.until == following.done
        assert following.done - report.done >= SMALLEST_REPORT or following.done == 1.0

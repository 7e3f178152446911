"""Frames of the screen, from the moments at which a page could draw."""

import pytest
from benchmarks.page.frames import FRAME_MS, Frames


def test_a_page_in_time_drops_nothing() -> None:
    """Sixty moments a second, give or take what a clock does, are sixty frames."""
    moments = [number * FRAME_MS + (0.4 if number % 2 else 0.0) for number in range(100)]
    frames = Frames.between(moments)
    assert frames.dropped == 0
    assert frames.histogram() == {1: 99}


def test_a_late_frame_counts_those_that_it_missed() -> None:
    """One that takes four refreshes has dropped three; the share is of all that were due."""
    frames = Frames([FRAME_MS] * 6 + [4 * FRAME_MS])
    assert frames.dropped == pytest.approx(30)
    assert frames.histogram() == {1: 6, 4: 1}


def test_the_figures_are_of_the_time_from_frame_to_frame() -> None:
    """Nearly all in time, and one that stands out: median and worst say so."""
    figures = Frames([16.0] * 199 + [250.0]).figures()
    assert figures["median"] == 16
    assert figures["p95"] == 16
    assert figures["worst"] == 250

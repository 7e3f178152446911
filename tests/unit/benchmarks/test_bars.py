"""A bar is met or missed by the medians of one run, and says by how much."""

import msgspec
import pytest
from benchmarks.command import BENCHMARKS
from benchmarks.measuring.bars import BARS, Bar
from benchmarks.measuring.report import Measurement, Report


def test_more_is_better(report: Report) -> None:
    """A ratio of rates is ours to theirs, of the medians; its range is that of the rounds."""
    verdict = Bar("http", "rate", "fiblab", 2.5, ("peer",)).judge(report)
    assert verdict == (3.0, 2.0, 3.0, True, 0.0, "peer")


def test_less_is_better(report: Report) -> None:
    """A ratio of times is theirs to ours, so that above 1 ours is ahead."""
    verdict = Bar("http", "wait", "fiblab", 2.5, ("peer",)).judge(report)
    assert (verdict.value, verdict.met) == (2.0, False)
    assert verdict.missed_by == pytest.approx(0.2)


def test_the_best_peer_counts(report: Report) -> None:
    """Of several peers it is the best one that must be beaten."""
    assert Bar("http", "rate", "fiblab", 1.0, ("slow", "peer")).judge(report).against == "peer"


@pytest.mark.parametrize(
    ("what", "limit", "met", "missed_by"),
    [("rate", 300.0, True, 0.0), ("rate", 400.0, False, 0.25), ("wait", 2.0, False, 0.25)],
)
def test_a_limit(report: Report, what: str, limit: float, missed_by: float, *, met: bool) -> None:
    """Without a peer the median itself is held against the limit, from the better side."""
    verdict = Bar("http", what, "fiblab", limit).judge(report)
    assert (verdict.met, verdict.missed_by) == (met, missed_by)


def test_a_bar_that_nothing_measures(report: Report) -> None:
    """A name that the report does not have is an error which lists those that it has."""
    with pytest.raises(KeyError, match="rate"):
        Bar("http", "wait, p99", "fiblab", 1.0).judge(report)


def test_each_bar_has_a_benchmark() -> None:
    """What a bar is held against can be measured by a command."""
    assert {bar.benchmark for bar in BARS} <= BENCHMARKS.keys()


def test_noise_is_allowed_where_the_peer_runs_twice(report: Report) -> None:
    """A peer that differs from itself by a tenth cannot tell that ours is behind by less."""
    rates = {"fiblab": [95.0], "peer": [100.0], "peer, again": [110.0]}
    again = msgspec.structs.replace(
        report, measurements=[Measurement("rate", "requests/s", "more", rates)]
    )
    assert not Bar("http", "rate", "fiblab", 1.0, ("peer",)).judge(again).met
    assert Bar("http", "rate", "fiblab", 1.0, ("peer",), "peer, again").judge(again).met
    assert not Bar("http", "rate", "fiblab", 1.1, ("peer",), "peer, again").judge(again).met

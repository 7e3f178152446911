"""What the growth benchmark makes of its figures."""

from functools import partial

import pytest
from benchmarks.growth import waiting
from benchmarks.growth.blocks import take_turns_by_block
from benchmarks.growth.servers import requests_per_second
from benchmarks.growth.sizes import curve, ends, powers_of_ten, side_of
from benchmarks.growth.waiting_system import VERBS
from benchmarks.measuring.bars import BARS
from benchmarks.measuring.report import Curve

FIGURES = {
    "claim, Redis": {"10 waiting jobs": [3.0, 5.0], "100 waiting jobs": [4.0, 6.0]},
    "claim, client": {"10 waiting jobs": [30.0], "100 waiting jobs": [40.0]},
}


def claims() -> Curve:
    """Draw what a claim costs in Redis."""
    return curve(
        "in Redis",
        "us/call",
        over="waiting jobs",
        sizes=[10, 100],
        figures=FIGURES,
        sides={"claim": "claim, Redis"},
    )


def test_a_quick_run_stops_at_ten_thousand() -> None:
    """The sizes beyond are filled in a whole run only."""
    assert powers_of_ten(3, 6, quick=True) == [1_000, 10_000]
    assert powers_of_ten(3, 6, quick=False) == [1_000, 10_000, 100_000, 1_000_000]


def test_a_curve_has_the_figures_of_its_sides_by_size() -> None:
    """And no others."""
    assert claims().sides == {"claim": {10: [3.0, 5.0], 100: [4.0, 6.0]}}


def test_a_curves_ends_are_a_measurement_of_their_own() -> None:
    """The least size is what the greatest is held against."""
    (measurement,) = ends(claims())
    assert measurement.what == "claim (in Redis)"
    assert measurement.sides == {"10 waiting jobs": [3.0, 5.0], "100 waiting jobs": [4.0, 6.0]}


def test_the_bars_of_growth_are_measured() -> None:
    """Each is about a verb of the queue, and its least and greatest size."""
    sizes = [side_of(size, waiting.OVER) for size in (10, 1_000_000)]
    for bar in (bar for bar in BARS if bar.benchmark == "growth"):
        assert bar.what in {f"{verb} ({waiting.IN_REDIS})" for verb in VERBS}
        assert [*bar.peers, bar.ours] == sizes


def test_systems_change_after_every_block() -> None:
    """A round's value is the median of its blocks, so that one slow moment is not in it."""
    order: list[str] = []
    values = {"small": iter([1.0, 99.0, 2.0, 5.0, 5.0, 5.0]), "large": iter([3.0] * 6)}

    def block(name: str) -> dict[str, float]:
        order.append(name)
        return {"cost": next(values[name])}

    systems = {name: partial(block, name) for name in values}
    assert take_turns_by_block(systems, rounds=2, blocks=3) == {
        "cost": {"small": [2.0, 5.0], "large": [3.0, 3.0]}
    }
    assert order == ["small", "large"] * 6


def test_wrks_rate_is_read() -> None:
    """As it writes it."""
    assert requests_per_second("Requests/sec:  20086.42\nTransfer/sec: 5MB\n") == 20_086.42


@pytest.mark.parametrize(
    "output",
    ["unable to connect", "  Non-2xx or 3xx responses: 7\nRequests/sec: 9.0\n"],
    ids=["no rate", "refusals among the answers"],
)
def test_a_load_that_was_not_answered_is_no_figure(output: str) -> None:
    """It ends the run, with what wrk said."""
    with pytest.raises(RuntimeError, match="not all requests were answered"):
        requests_per_second(output)

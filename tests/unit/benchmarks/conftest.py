"""Reports to hold against bars and to write down."""

import pytest
from benchmarks.measuring.report import Curve, Measurement, Report

#: Requests a second in three rounds, of which the second was disturbed.
RATES = {"fiblab": [300.0, 200.0, 330.0], "slow": [50.0, 50.0, 50.0], "peer": [100.0, 100.0, 110.0]}


@pytest.fixture
def report() -> Report:
    """Make the report of a run with everything that a report can have."""
    return Report.of(
        "http",
        rounds=3,
        versions={"fiblab": "1", "peer": "2"},
        measurements=[
            Measurement("rate", "requests/s", "more", RATES),
            Measurement("wait", "ms", "less", {"fiblab": [2.0, 3.0, 2.5], "peer": [5.0, 5.0, 5.0]}),
        ],
        curves=[Curve("cost", "us", "waiting jobs", "less", {"fiblab": {10: [1.0], 1000: [3.0]}})],
        notes=["The second round was disturbed."],
    )

"""Summing a run up, and the page made of it."""

from collections import Counter

import msgspec
import pytest

from fiblab.lab.chaos.report import PAGE, RESULT, page, summary
from fiblab.lab.chaos.result import (
    BreachFound,
    ChaosResult,
    StruckFault,
    as_text,
    percentile,
    summed_up,
)


def fault(name: str, recovered_after_s: float) -> StruckFault:
    """Make one struck fault."""
    return StruckFault("Network", name, "server-1", 1.0, 2.0, recovered_after_s)


@pytest.fixture
def result() -> ChaosResult:
    """Give a small clean result."""
    return ChaosResult(
        seed=7,
        started="2026-11-24 12:00 UTC",
        minutes=1.0,
        versions={"Python": "3.11"},
        machine="two cores",
        servers=2,
        workers=2,
        visibility_timeout_s=2.0,
        exchanges=12,
        accepted=10,
        statuses={"200": 12},
        ledger_rows=10,
        process_starts={"server-1": 1},
        settled_after_s=1.0,
        faults=summed_up([fault("reset", 0.1), fault("reset", 0.3), fault("cut", 0.2)]),
        crash_points={"server before admit": 1},
        not_reached=("crash point: worker after fail",),
        examined={"1": "10 requests"},
        breaches=(),
        defects=(),
    )


def test_percentiles_are_values_that_were_seen() -> None:
    """Nearest rank: no value is invented between two others."""
    values = [float(number) for number in range(1, 101)]
    assert (percentile(values, 0.5), percentile(values, 0.99)) == (50, 99)
    assert percentile([3.0], 0.99) == 3


def test_faults_are_summed_up_by_name() -> None:
    """Count, median, p99 and worst of each."""
    cut, reset = summed_up([fault("reset", 0.1), fault("reset", 0.3), fault("cut", 0.2)])
    assert (cut.name, cut.count) == ("cut", 1)
    assert (reset.count, reset.recovery_p50_s, reset.recovery_max_s) == (2, 0.1, 0.3)


def test_no_answer_is_named() -> None:
    """0 is not a status that a reader knows."""
    assert as_text(Counter({0: 2, 200: 1})) == {"none": 2, "200": 1}


def test_a_breach_is_never_hidden(result: ChaosResult) -> None:
    """Page, summary and verdict tell of it, with its evidence in the summary."""
    breach = BreachFound(7, "a wrong value was served", ("exchange 5",))
    broken = msgspec.structs.replace(result, breaches=(breach,))
    assert result.is_clean
    assert not broken.is_clean
    assert "a wrong value was served" in page(broken)
    assert "exchange 5" in summary(broken)
    assert "no breach" not in page(broken)


def test_a_defect_is_never_hidden(result: ChaosResult) -> None:
    """What no invariant names counts, too."""
    broken = msgspec.structs.replace(result, defects=("3 answers of 500",))
    assert not broken.is_clean
    assert "3 answers of 500" in page(broken)


def test_what_was_not_reached_is_said(result: ChaosResult) -> None:
    """On the page, plainly."""
    assert "worker after fail" in page(result)


def test_the_page_is_that_of_its_result() -> None:
    """docs/reference/reliability.md is generated, and what it says was measured."""
    committed = msgspec.json.decode(RESULT.read_bytes(), type=ChaosResult)
    assert PAGE.read_text(encoding="utf-8") == page(committed)

"""The dense range: extended by adding, and checked when a worker starts."""

from __future__ import annotations

import pytest
import sympy
from gmpy2 import mpz
from hypothesis import given, settings
from hypothesis import strategies as st

from fiblab.fibonacci import (
    MAX_DENSE_INDEX,
    FaultKind,
    FibonacciError,
    OutOfRange,
    WrongValue,
    extend,
    fibonacci_text,
    longest_valid_prefix,
)


def values_upto(index: int) -> dict[int, str]:
    """Return the right values of 0..index, by sympy."""
    return {n: str(sympy.fibonacci(n)) for n in range(index + 1)}


def test_extending_nothing_gives_the_classic_range() -> None:
    """From an empty store the whole of 0..40 follows."""
    assert extend(-1, [], 40) == list(values_upto(40).values())


@given(marker=st.integers(-1, 60), upto=st.integers(-1, 60))
def test_extending_goes_on_where_the_marker_stands(marker: int, upto: int) -> None:
    """From any marker exactly the values beyond it follow, none where none is missing."""
    values = list(values_upto(60).values())
    last_two = values[max(marker - 1, 0) : marker + 1]
    assert extend(marker, last_two, upto) == values[marker + 1 : upto + 1]


def test_the_whole_range_is_right_to_its_end() -> None:
    """All 10,001 values are right, each the sum of the two before it."""
    texts = extend(-1, [], MAX_DENSE_INDEX)
    older, newer = 1, 0
    for text in texts:
        assert mpz(text) == newer
        older, newer = newer, older + newer
    assert texts[-1] == fibonacci_text(MAX_DENSE_INDEX)


@pytest.mark.parametrize(
    ("marker", "last_two"), [(5, ["3", "6"]), (5, ["4", "5"]), (1, ["0", ""]), (5, ["03", "5"])]
)
def test_nothing_is_built_upon_a_wrong_value(marker: int, last_two: list[str]) -> None:
    """A wrong text among the last two is refused by its index."""
    with pytest.raises(WrongValue, match="this is not F"):
        extend(marker, last_two, 10)


@pytest.mark.parametrize(("marker", "last_two"), [(5, ["5"]), (-1, ["0"]), (0, ["0", "1"])])
def test_the_last_values_must_be_as_many_as_there_are(marker: int, last_two: list[str]) -> None:
    """Too few or too many last values are refused before any of them is looked at."""
    with pytest.raises(FibonacciError, match=rf"marker {marker} takes"):
        extend(marker, last_two, 10)


@pytest.mark.parametrize(("marker", "upto"), [(-2, 5), (-1, MAX_DENSE_INDEX + 1)])
def test_extending_beyond_the_range_is_refused(marker: int, upto: int) -> None:
    """A marker or an end that no dense range can have raises OutOfRange."""
    with pytest.raises(OutOfRange):
        extend(marker, [], upto)


@pytest.mark.parametrize("last", [0, 1, 2, 40, 1000])
def test_a_sound_store_has_no_faults(last: int) -> None:
    """A complete range with its marker is valid to its end, and nothing is reported."""
    report = longest_valid_prefix(values_upto(last), str(last))
    assert (report.last_valid, report.faults) == (last, ())


@pytest.mark.parametrize("marker", [None, "-1"])
def test_an_empty_store_is_sound(marker: str | None) -> None:
    """Nothing stored, with the marker absent or at -1, is valid up to -1."""
    report = longest_valid_prefix({}, marker)
    assert (report.last_valid, report.faults) == (-1, ())


@settings(deadline=None)
@given(broken=st.integers(0, 40), wrong=st.sampled_from(["", "7x", "NaN", "1 ", "+1", "٣", "999"]))
def test_a_wrong_value_ends_the_prefix_before_it(broken: int, wrong: str) -> None:
    """One wrong text is named, and what lies before it stays valid."""
    report = longest_valid_prefix(values_upto(40) | {broken: wrong}, "40")
    assert report.last_valid == broken - 1
    assert [(fault.kind, fault.index) for fault in report.faults] == [
        (FaultKind.WRONG_VALUE, broken),
        (FaultKind.MARKER_TOO_HIGH, None),
    ]


@given(missing=st.integers(0, 39))
def test_a_missing_value_ends_the_prefix_before_it(missing: int) -> None:
    """A hole below a stored value is named, and what lies before it stays valid."""
    values = values_upto(40)
    del values[missing]
    report = longest_valid_prefix(values, "40")
    assert report.last_valid == missing - 1
    assert [(fault.kind, fault.index) for fault in report.faults] == [
        (FaultKind.MISSING_VALUE, missing),
        (FaultKind.MARKER_TOO_HIGH, None),
    ]


@pytest.mark.parametrize(
    ("marker", "kind"),
    [
        ("41", FaultKind.MARKER_TOO_HIGH),
        ("1001", FaultKind.MARKER_TOO_HIGH),
        pytest.param("9" * 5_000, FaultKind.MARKER_TOO_HIGH, id="5,000 digits"),
        ("39", FaultKind.MARKER_TOO_LOW),
        ("-1", FaultKind.MARKER_TOO_LOW),
        (None, FaultKind.MARKER_TOO_LOW),
        ("NaN", FaultKind.MARKER_MALFORMED),
        ("", FaultKind.MARKER_MALFORMED),
        ("4e1", FaultKind.MARKER_MALFORMED),
        ("-7", FaultKind.MARKER_MALFORMED),
        ("040", FaultKind.MARKER_MALFORMED),
    ],
)
def test_a_wrong_marker_is_named_beside_right_values(marker: str | None, kind: FaultKind) -> None:
    """Right values stay valid whatever the marker says, and the marker's fault is reported."""
    report = longest_valid_prefix(values_upto(40), marker, limit=1000)
    assert report.last_valid == 40
    assert [(fault.kind, fault.index) for fault in report.faults] == [(kind, None)]
    assert report.faults[0].detail.isascii()
    assert len(report.faults[0].detail) < 120


@pytest.mark.parametrize("stray", [-1, 101, 10**30])
def test_a_value_outside_the_range_is_named(stray: int) -> None:
    """A field beyond the dense range is reported and does not shorten the prefix."""
    report = longest_valid_prefix(values_upto(40) | {stray: "1"}, "40", limit=100)
    assert report.last_valid == 40
    assert [(fault.kind, fault.index) for fault in report.faults] == [
        (FaultKind.STRAY_VALUE, stray)
    ]


def test_a_limit_beyond_the_largest_is_refused() -> None:
    """A dense range beyond 10,000 is a mistake in the settings, not one in the store."""
    with pytest.raises(OutOfRange):
        longest_valid_prefix({}, None, limit=MAX_DENSE_INDEX + 1)

"""How an index may be spelled: in one way, and everything else is refused by name."""

from __future__ import annotations

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiblab.fibonacci import IndexRefused, Refusal, parse_index

MAX_INDEX = 100_000_000

REFUSED = [
    ("", Refusal.EMPTY),
    ("+5", Refusal.SIGN),
    ("-0", Refusal.SIGN),
    ("-1", Refusal.SIGN),
    ("+", Refusal.SIGN),
    ("\u0663", Refusal.NOT_DIGITS),  # Arabic-Indic three
    ("\u00b2", Refusal.NOT_DIGITS),  # superscript two
    ("\uff15", Refusal.NOT_DIGITS),  # fullwidth five
    ("\ud800", Refusal.NOT_DIGITS),  # half a surrogate pair
    (" 5", Refusal.NOT_DIGITS),
    ("5 ", Refusal.NOT_DIGITS),
    ("5_0", Refusal.NOT_DIGITS),
    ("5\n", Refusal.NOT_DIGITS),
    ("5\0", Refusal.NOT_DIGITS),
    ("5.0", Refusal.NOT_DIGITS),
    ("5.", Refusal.NOT_DIGITS),
    ("1e1", Refusal.NOT_DIGITS),
    ("0x5", Refusal.NOT_DIGITS),
    ("true", Refusal.NOT_DIGITS),
    ("NaN", Refusal.NOT_DIGITS),
    pytest.param("x" * 65_536, Refusal.NOT_DIGITS, id="65,536 letters"),
    ("05", Refusal.LEADING_ZERO),
    ("00", Refusal.LEADING_ZERO),
    ("100000001", Refusal.TOO_LARGE),
    ("9223372036854775808", Refusal.TOO_LARGE),
    pytest.param("9" * 4_301, Refusal.TOO_LARGE, id="beyond what int() takes"),
    pytest.param("9" * 65_536, Refusal.TOO_LARGE, id="65,536 digits"),
]


@pytest.mark.parametrize(("text", "reason"), REFUSED)
def test_every_other_spelling_is_refused_with_its_reason(text: str, reason: Refusal) -> None:
    """A text that is no index raises IndexRefused with the rule that it breaks."""
    with pytest.raises(IndexRefused) as refused:
        parse_index(text, MAX_INDEX)
    assert refused.value.reason is reason


@pytest.mark.parametrize(("text", "reason"), REFUSED)
def test_a_refusal_is_fit_for_one_log_line(text: str, reason: Refusal) -> None:
    """The sentence is short, printable ASCII, whatever was sent, and survives pickling."""
    with pytest.raises(IndexRefused) as refused:
        parse_index(text, MAX_INDEX)
    sentence = str(refused.value)
    assert sentence.isascii()
    assert sentence.isprintable()
    assert len(sentence) < 120
    copy = pickle.loads(pickle.dumps(refused.value))  # noqa: S301 - our own bytes
    assert (copy.reason, str(copy)) == (reason, sentence)


def test_too_large_names_the_largest() -> None:
    """Whoever asks for too much is told how much there is."""
    with pytest.raises(IndexRefused, match="up to 100000000 "):
        parse_index("100000001", MAX_INDEX)


@given(st.integers(0, MAX_INDEX))
def test_every_index_in_its_own_spelling_is_taken(index: int) -> None:
    """Each index from 0 to the largest one parses to itself."""
    assert parse_index(str(index), MAX_INDEX) == index


@pytest.mark.parametrize("index", [0, 1, MAX_INDEX])
def test_the_ends_of_the_range_are_inside(index: int) -> None:
    """Both ends of the range are indices."""
    assert parse_index(str(index), MAX_INDEX) == index


@given(st.text())
def test_what_is_taken_is_spelled_as_python_would(text: str) -> None:
    """Any text at all is either refused or the one spelling of the index it gives."""
    try:
        index = parse_index(text, MAX_INDEX)
    except IndexRefused:
        return
    assert text == str(index)

"""A text is believed only if it is F(n), whatever else it may be."""

from __future__ import annotations

import pickle

import pytest
import sympy
from gmpy2 import mpz
from hypothesis import given, settings
from hypothesis import strategies as st

from fiblab.fibonacci import WrongValue, fibonacci_text, verify
from fiblab.fibonacci.text_residue import (
    FOLDED_FROM,
    PRIME,
    ROW_DIGITS,
    ROW_WEIGHT,
    residue_by_division,
    residue_by_folding,
    text_residue,
)

#: Long enough for the folding path: 62,697 digits.
LONG = 300_000
LONG_TEXT = fibonacci_text(LONG)

short_indices = st.integers(0, 3_000)
digits = st.text("0123456789", min_size=1, max_size=200)


def is_refused(index: int, text: str) -> bool:
    """Tell whether verification refuses the text, and for that index."""
    try:
        verify(index, text)
    except WrongValue as wrong:
        return wrong.index == index
    return False


def with_digit_changed(text: str, at: int, by: int) -> str:
    """Return the text with one digit moved on by 1 to 9, around the corner."""
    return f"{text[:at]}{(int(text[at]) + by) % 10}{text[at + 1 :]}"


def test_the_right_text_passes_for_every_small_index() -> None:
    """F(0) to F(2000) pass as sympy spells them."""
    for index in range(2_001):
        verify(index, str(sympy.fibonacci(index)))


def test_a_long_right_text_passes() -> None:
    """A text on the folding path passes as sympy and GMP spell it."""
    text = str(mpz(int(sympy.fibonacci(LONG))))
    assert len(text) > FOLDED_FROM
    verify(LONG, text)


@given(short_indices, st.data())
def test_any_changed_digit_is_found(index: int, data: st.DataObject) -> None:
    """No single digit can change."""
    text = fibonacci_text(index)
    at = data.draw(st.integers(0, len(text) - 1))
    assert is_refused(index, with_digit_changed(text, at, data.draw(st.integers(1, 9))))


@given(st.integers(0, len(LONG_TEXT) - 1), st.integers(1, 9))
def test_any_changed_digit_of_a_long_text_is_found(at: int, by: int) -> None:
    """No single digit can change on the folding path."""
    assert is_refused(LONG, with_digit_changed(LONG_TEXT, at, by))


@pytest.mark.parametrize("index", [50, 1_000])
def test_each_swap_of_neighbours_is_found(index: int) -> None:
    """No two neighbours that differ can change places."""
    text = fibonacci_text(index)
    for at in range(len(text) - 1):
        if text[at] != text[at + 1]:
            assert is_refused(index, f"{text[:at]}{text[at + 1]}{text[at]}{text[at + 2 :]}")


@given(st.sampled_from([16, 18, 32, 4096, ROW_DIGITS]), st.integers(0, 40_000))
def test_swapped_blocks_are_found(size: int, at: int) -> None:
    """Neighbouring blocks cannot change places, not even whole rows of the folding."""
    left, right = LONG_TEXT[at : at + size], LONG_TEXT[at + size : at + 2 * size]
    assert left != right
    assert is_refused(LONG, f"{LONG_TEXT[:at]}{right}{left}{LONG_TEXT[at + 2 * size :]}")


@given(short_indices, st.integers(1, 30))
def test_truncation_and_growth_are_found(index: int, by: int) -> None:
    """A text cut at either end, or with more at either end, is refused."""
    text = fibonacci_text(index)
    for wrong in (text[:-by], text[by:], text + "0" * by, "0" * by + text, text + text[-by:]):
        assert is_refused(index, wrong)


@given(st.integers(3, 3_000), st.integers(3, 3_000))
def test_another_fibonacci_number_is_refused(index: int, other: int) -> None:
    """F(m) does not pass as F(n)."""
    assert is_refused(index, fibonacci_text(other)) == (index != other)


@pytest.mark.parametrize(
    "garbage",
    [
        "",
        " 55",
        "55\n",
        "+55",
        "-55",
        "5_5",
        "055",
        "55.",
        "5a",
        "a5",
        "0x37",
        "5.5e1",
        "NaN",
        "Infinity",
        "\uff15\uff15",  # fullwidth digits, which int() takes
        "\u0665\u0665",  # Arabic-Indic digits, which int() takes
        "\ud800",  # half a surrogate pair, which cannot be encoded
        "\0",
        pytest.param("5" * 1_000_000, id="a million digits"),
    ],
)
def test_garbage_is_refused_as_a_wrong_value(garbage: str) -> None:
    """Whatever a store may hold is refused by WrongValue, without an error of another kind."""
    with pytest.raises(WrongValue) as refused:
        verify(10, garbage)
    assert len(str(refused.value)) < 120
    copy = pickle.loads(pickle.dumps(refused.value))  # noqa: S301 - our own bytes
    assert (copy.index, copy.what) == (10, refused.value.what)


@given(short_indices, st.text())
def test_any_text_at_all_is_right_or_refused(index: int, text: str) -> None:
    """Arbitrary text never raises anything but WrongValue."""
    assert is_refused(index, text) == (text != fibonacci_text(index))


@given(digits, st.sampled_from([0, 1, 8_000, 8_191, 8_192, 8_193, 60_000]))
def test_a_texts_residue_is_that_of_its_number(some: str, zeros: int) -> None:
    """Both ways give what GMP's own division gives, at any length and alignment."""
    text = some + "0" * zeros
    expected = mpz(text) % PRIME
    assert residue_by_division(text) == expected
    assert residue_by_folding(text) == expected
    assert text_residue(text) == expected


@settings(deadline=None)
@given(st.sampled_from("123456789"), st.integers(1, 20))
def test_folding_holds_for_the_fullest_rows(digit: str, rows: int) -> None:
    """Rows full of one digit, nines among them, overflow no lane."""
    text = digit * (rows * ROW_DIGITS)
    assert residue_by_folding(text) == residue_by_division(text)


def test_lanes_cannot_overflow_however_long_the_text() -> None:
    """What a lane may hold before folding stays below 128 bits, row after row, for ever."""
    largest = 0
    for _ in range(200):
        before_folding = largest * ROW_WEIGHT + 10**32 - 1
        assert before_folding < 2**128
        largest = PRIME + (before_folding >> 61)
    assert largest < 2**63

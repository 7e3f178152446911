"""Digit counts, leading and trailing digits: exact, also where the number is out of reach."""

from __future__ import annotations

import mpmath
import pytest
import sympy
from gmpy2 import mpz
from hypothesis import given, settings
from hypothesis import strategies as st

from fiblab.fibonacci import OutOfRange, digit_count, leading_digits, trailing_digits
from fiblab.fibonacci.digits import (
    LOG10_PHI,
    LOG10_SQRT5,
    MAX_PREVIEW_INDEX,
    SCALE,
    UNSURE_DIGITS,
    _leading,
)

any_index = st.integers(0, MAX_PREVIEW_INDEX)
counts = st.integers(1, 50)

#: Denominators of the convergents of log10(phi) (OEIS A217686): there F(n) comes closest to a
#: power of ten, up to the factor sqrt 5.
CONVERGENTS = [4, 5, 19, 24, 43, 67, 445, 1847, 4139, 5986, 63999, 69985, 343939]


def sympy_text(index: int) -> str:
    """Return F(index) by sympy, converted by GMP."""
    return str(mpz(int(sympy.fibonacci(index))))


def by_binet(index: int) -> mpmath.mpf:
    """Return log10(phi^index / sqrt 5) by mpmath, in the precision that the caller works in."""
    return index * mpmath.log10(mpmath.phi) - mpmath.log10(5) / 2


def first_hit(step: int, modulus: int, low: int, high: int) -> int | None:
    """Return the least k >= 0 with low <= k*step mod modulus <= high, or None; Euclid-like."""
    if low == 0:
        return 0
    step %= modulus
    if step == 0:
        return None
    if 2 * step > modulus:
        return first_hit(modulus - step, modulus, modulus - high, modulus - low)
    direct = -(-low // step)
    if direct * step <= high:
        return direct
    wraps = first_hit(-modulus % step, step, low % step, high % step)
    return None if wraps is None else -(-(low + modulus * wraps) // step)


def test_constants_are_the_logarithms() -> None:
    """Both constants are their logarithms cut after 50 places, by mpmath."""
    with mpmath.workdps(80):
        assert int(mpmath.floor(mpmath.log10(mpmath.phi) * SCALE)) == LOG10_PHI
        assert int(mpmath.floor(mpmath.log10(5) / 2 * SCALE)) == LOG10_SQRT5


@given(st.integers(1, 400), st.integers(1, 400), st.integers(0, 399), st.integers(0, 20))
def test_first_hit_is_the_first(step: int, modulus: int, low: int, width: int) -> None:
    """The search of the next test finds what trying all of them finds."""
    low, high = low % modulus, min(low % modulus + width, modulus - 1)
    expected = next((k for k in range(modulus) if low <= k * step % modulus <= high), None)
    assert first_hit(step, modulus, low, high) == expected


def test_fifty_places_decide_every_digit_count() -> None:
    """No index up to 10^18 comes so near to a power of ten that cut constants could mislead.

    Cutting LOG10_PHI lowers n LOG10_PHI - LOG10_SQRT5 by less than n, cutting LOG10_SQRT5 raises it
    by less than 1: the count is in doubt only if its remainder by 10^50 is 0 or within n of 10^50.
    """
    low = (LOG10_SQRT5 - MAX_PREVIEW_INDEX) % SCALE
    high = LOG10_SQRT5
    doubtful = first_hit(LOG10_PHI, SCALE, low, high)
    assert doubtful is not None
    assert doubtful > MAX_PREVIEW_INDEX


@pytest.mark.parametrize(
    ("exponent", "published"),
    list(enumerate([1, 2, 21, 209, 2090, 20899, 208988, 2089877, 20898764, 208987640, 2089876403])),
)
def test_digit_counts_of_powers_of_ten_are_the_published_ones(
    exponent: int, published: int
) -> None:
    """F(10^k) has as many digits as OEIS A068070 says."""
    assert digit_count(10**exponent) == published


def test_digit_counts_are_those_of_the_numbers() -> None:
    """For each index up to 5,000 the count is the length of the number that additions give."""
    older, newer = mpz(1), mpz(0)
    for index in range(5_001):
        assert digit_count(index) == len(newer.digits())
        older, newer = newer, older + newer


@pytest.mark.parametrize("index", [n + d for n in CONVERGENTS for d in (-1, 0, 1)])
def test_digit_counts_are_right_where_it_is_close(index: int) -> None:
    """Around the closest approaches to powers of ten the count is that of sympy's number."""
    assert digit_count(index) == len(sympy_text(index))


@given(st.integers(2, MAX_PREVIEW_INDEX))
def test_digit_count_agrees_with_mpmath(index: int) -> None:
    """For any index up to 10^18 the count is that of Binet's formula in high precision."""
    with mpmath.workdps(60):
        assert digit_count(index) == int(mpmath.floor(by_binet(index))) + 1


@given(st.integers(0, 5_000), counts)
def test_ends_are_those_of_the_number(index: int, count: int) -> None:
    """Leading and trailing digits are cut from sympy's text, all of it where it is shorter."""
    text = sympy_text(index)
    assert leading_digits(index, count) == text[:count]
    assert trailing_digits(index, count) == text[-count:]


@given(st.integers(1_000, MAX_PREVIEW_INDEX), counts)
def test_leading_digits_agree_with_mpmath(index: int, count: int) -> None:
    """For any index up to 10^18 the leading digits are those of 10^(its logarithm's fraction)."""
    with mpmath.workdps(count + 45):
        fraction = mpmath.frac(by_binet(index))
        expected = str(int(mpmath.floor(mpmath.power(10, fraction + count - 1))))
    assert leading_digits(index, count) == expected


@settings(deadline=None)
@given(st.integers(1_000, 20_000), counts)
def test_undecided_leading_digits_are_given_by_none(index: int, count: int) -> None:
    """With one deciding digit every answer is right or None, None for a 0 or a 9 at that place."""
    text = sympy_text(index)
    found = _leading(index, count, guard=UNSURE_DIGITS + 1)
    assert found == (None if text[count] in "09" else text[:count])


def test_undecided_leading_digits_are_computed_further(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the guard digits do not decide, more are taken until they do."""
    monkeypatch.setattr("fiblab.fibonacci.digits.GUARD_DIGITS", UNSURE_DIGITS + 1)
    undecided = [index for index in range(1_000, 1_100) if sympy_text(index)[10] in "09"]
    assert len(undecided) > 10
    for index in undecided:
        assert leading_digits(index, 10) == sympy_text(index)[:10]


@given(any_index, counts)
def test_trailing_digits_repeat_with_pisanos_period(index: int, count: int) -> None:
    """The last k >= 3 digits repeat every 15 * 10^(k-1) indices (Pisano's period of 10^k)."""
    period = 15 * 10 ** (count - 1)
    if count < 3 or not 1_000 <= index <= MAX_PREVIEW_INDEX - period:
        return
    assert trailing_digits(index, count) == trailing_digits(index + period, count)


def test_ends_of_the_millionth_are_the_published_ones() -> None:
    """F(1,000,000) begins and ends as published."""
    assert leading_digits(1_000_000, 20) == "19532821287077577316"
    assert trailing_digits(1_000_000, 20) == "68996526838242546875"


@pytest.mark.parametrize("index", [-1, MAX_PREVIEW_INDEX + 1])
def test_an_index_without_a_preview_is_refused(index: int) -> None:
    """An index outside 0..10^18 raises OutOfRange from each function."""
    for refuse in (
        lambda: digit_count(index),
        lambda: leading_digits(index, 10),
        lambda: trailing_digits(index, 10),
    ):
        with pytest.raises(OutOfRange, match="the index"):
            refuse()


@pytest.mark.parametrize("count", [-1, 0, 51])
def test_a_number_of_digits_out_of_range_is_refused(count: int) -> None:
    """Fewer than 1 or more than 50 digits raise OutOfRange."""
    with pytest.raises(OutOfRange, match="the number of digits"):
        leading_digits(10, count)
    with pytest.raises(OutOfRange, match="the number of digits"):
        trailing_digits(10, count)

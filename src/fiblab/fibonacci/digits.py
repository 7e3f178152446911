"""What is known of F(n) without computing it: how many digits it has, its first and its last."""

from __future__ import annotations

from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal

import gmpy2

from fiblab.fibonacci.errors import require
from fiblab.fibonacci.modular import residue

#: The largest index that can be previewed; the constants below are long enough for it.
MAX_PREVIEW_INDEX = 10**18

#: The most leading or trailing digits in one call.
MAX_PREVIEW_DIGITS = 50

#: 10^50, the scale of the two logarithms below.
SCALE = 10**50

#: floor(log10(phi) * 10^50), phi = (1 + sqrt 5)/2. Source: OEIS A097348.
LOG10_PHI = 20898764024997873376927208923755541682245923991821

#: floor(log10(5)/2 * 10^50). The tests compute both anew with mpmath.
LOG10_SQRT5 = 34948500216800940239313055263775348661590505926894

#: Below this index leading digits come from the number itself: it has up to 209 digits.
EXACT_BELOW = 1_000

#: Digits computed beyond those asked for. A wrong answer needs every one of them that is sure to be
#: 0, or 9; then more are computed.
GUARD_DIGITS = 40

#: Last digits that may be wrong: phi's rounding error grows by the factor n, up to 10^18, and the
#: power, the division and the root add less than two places.
UNSURE_DIGITS = 20


def digit_count(index: int) -> int:
    """Return how many decimal digits F(index) has, exactly, for an index from 0 to 10^18.

    For n >= 2 it is floor(n log10(phi) - log10(5)/2) + 1: by Binet's formula F(n) is the integer
    next to phi^n / sqrt(5), less than 1/2 away, and no F(n) beyond F(2) is a power of ten, so that
    both lie between the same two powers. Raises OutOfRange.
    """
    require("the index", index, 0, MAX_PREVIEW_INDEX)
    if index < 2:  # noqa: PLR2004 - the formula's own bound
        return 1
    return (index * LOG10_PHI - LOG10_SQRT5) // SCALE + 1


def leading_digits(index: int, count: int) -> str:
    """Return the first `count` (1 to 50) digits of F(index), exactly, for an index up to 10^18.

    All of its digits where it has fewer. Raises OutOfRange.
    """
    _check(index, count)
    if index < EXACT_BELOW:
        exact: str = gmpy2.fib(index).digits()
        return exact[:count]
    guard = GUARD_DIGITS
    while (found := _leading(index, count, guard)) is None:
        guard *= 2
    return found


def _leading(index: int, count: int, guard: int) -> str | None:
    """Return the digits, or None where the guard digits do not decide them.

    From phi^n / sqrt(5), which differs from F(n) by less than a part in 10^400 here.
    """
    context = Context(prec=count + guard, Emax=MAX_EMAX, Emin=MIN_EMIN)
    sqrt5 = context.sqrt(Decimal(5))
    phi = context.divide(context.add(sqrt5, 1), Decimal(2))
    digits = context.divide(context.power(phi, index), sqrt5).as_tuple().digits
    text = "".join(map(str, digits)).ljust(count + guard, "0")
    deciding = text[count : count + guard - UNSURE_DIGITS]
    return None if set(deciding) in ({"0"}, {"9"}) else text[:count]


def trailing_digits(index: int, count: int) -> str:
    """Return the last `count` (1 to 50) digits of F(index), exactly, for an index up to 10^18.

    All of its digits where it has fewer; leading zeros are kept where it has more. Raises
    OutOfRange.
    """
    _check(index, count)
    return str(residue(index, 10**count)).zfill(min(count, digit_count(index)))


def _check(index: int, count: int) -> None:
    require("the index", index, 0, MAX_PREVIEW_INDEX)
    require("the number of digits", count, 1, MAX_PREVIEW_DIGITS)

"""Fibonacci numbers computed by the checker itself, out of two identities."""

import hashlib
from decimal import MAX_EMAX, MAX_PREC, Context, Decimal
from functools import lru_cache

#: Indices up to which a value's ends are read off its text; beyond, logarithms are exact enough.
_TEXT_LIMIT = 1_000
#: Digits that the logarithms carry: those of the number of digits, those shown, and some to spare.
_LOGARITHM_DIGITS = 100
#: The longest ends that can be told.
LONGEST_END = 50

#: Holds any of these numbers exactly; `str(int)` refuses more than 4,300 digits.
_EXACT = Context(prec=MAX_PREC, Emax=MAX_EMAX)
_NEAR = Context(prec=_LOGARITHM_DIGITS)


def fibonacci(index: int, modulus: int = 0) -> int:
    """Compute F(index) by doubling, or its remainder if there is a modulus.

    F(2k) = F(k) (2 F(k+1) - F(k)), F(2k+1) = F(k)^2 + F(k+1)^2: Dijkstra, EWD 654, 1978.
    """
    this, following = 0, 1
    for bit in f"{index:b}":
        this, following = this * (2 * following - this), this * this + following * following
        if bit == "1":
            this, following = following, this + following
        if modulus:
            this, following = this % modulus, following % modulus
    return this


def digits(index: int) -> str:
    """Write F(index) in decimal; F(1,000,000) takes about a second."""
    return format(_EXACT.create_decimal(Decimal(fibonacci(index))), "f")


@lru_cache(maxsize=100_000)
def digest(index: int) -> str:
    """Give the SHA-256 of F(index) in decimal, in hex."""
    return hashlib.sha256(digits(index).encode()).hexdigest()


def digit_count(index: int) -> int:
    """Count the digits of F(index)."""
    return ends(index, 1)[0]


@lru_cache(maxsize=100_000)
def ends(index: int, length: int) -> tuple[int, str, str]:
    """Give the number of digits of F(index), its first `length` digits, and its last.

    F(n) is phi^n / sqrt(5), rounded (Binet), so that its logarithm tells how it begins; it ends as
    its remainder does. Raises ValueError for a length beyond `LONGEST_END`.
    """
    if length > LONGEST_END:
        raise ValueError(f"{length} digits at an end are more than {LONGEST_END}")
    if index <= _TEXT_LIMIT:
        text = digits(index)
        return len(text), text[:length], text[-length:]
    logarithm = _NEAR.subtract(_NEAR.multiply(Decimal(index), _LOG_PHI), _LOG_SQRT5)
    whole = int(logarithm)
    leading = _NEAR.power(Decimal(10), _NEAR.subtract(logarithm, Decimal(whole - length + 1)))
    trailing = fibonacci(index, 10**length)
    return whole + 1, str(int(leading)), f"{trailing:0{length}}"


_SQRT5 = _NEAR.sqrt(Decimal(5))
_LOG_SQRT5 = _NEAR.log10(_SQRT5)
_LOG_PHI = _NEAR.log10(_NEAR.divide(_NEAR.add(_SQRT5, Decimal(1)), Decimal(2)))

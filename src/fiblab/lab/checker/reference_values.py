"""Fibonacci numbers computed by the checker itself, out of two identities."""

import hashlib
from decimal import MAX_EMAX, MAX_PREC, Context, Decimal
from functools import lru_cache

#: Indices up to which values are computed here: F(1,000,000) takes about a second.
LARGEST_INDEX = 1_000_000

#: Holds any of these numbers exactly; `str(int)` refuses more than 4,300 digits.
_EXACT = Context(prec=MAX_PREC, Emax=MAX_EMAX)


def fibonacci(index: int) -> int:
    """Compute F(index) by doubling.

    F(2k) = F(k) (2 F(k+1) - F(k)), F(2k+1) = F(k)^2 + F(k+1)^2: Dijkstra, EWD 654, 1978.
    """
    this, following = 0, 1
    for bit in f"{index:b}":
        this, following = this * (2 * following - this), this * this + following * following
        if bit == "1":
            this, following = following, this + following
    return this


def digits(index: int) -> str:
    """Write F(index) in decimal; ValueError for an index that is too large to be computed here."""
    if index > LARGEST_INDEX:
        raise ValueError(f"F({index}) is not computed by the checker")
    return format(_EXACT.create_decimal(Decimal(fibonacci(index))), "f")


@lru_cache(maxsize=100_000)
def digest(index: int) -> str:
    """Give the SHA-256 of F(index) in decimal, in hex."""
    return hashlib.sha256(digits(index).encode()).hexdigest()


@lru_cache(maxsize=10_000)
def ends(index: int, length: int) -> tuple[int, str, str]:
    """Give the number of digits of F(index), its first `length` digits, and its last."""
    text = digits(index)
    return len(text), text[:length], text[-length:]

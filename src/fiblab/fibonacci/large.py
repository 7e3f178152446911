"""F(n) as decimal text for one large n, by doubling the index."""

from __future__ import annotations

from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal, Inexact, InvalidOperation, localcontext
from math import log2
from typing import TYPE_CHECKING

import gmpy2

from fiblab.fibonacci.digits import digit_count
from fiblab.fibonacci.errors import require
from fiblab.fibonacci.kernel import kernel_is_usable, kernel_text
from fiblab.fibonacci.progress import Milestones, Progress, unheard

if TYPE_CHECKING:
    from collections.abc import Callable

#: The largest index taken: its 209 MB of text need about a minute.
MAX_INDEX = 1_000_000_000

#: F(0) to F(93), all that fit into 64 bits.
TABLE = tuple(int(gmpy2.fib(index)) for index in range(94))

#: The index from which computing in decimal beats computing in binary and converting at the end.
DECIMAL_FROM = 7_000_000

#: The index from which the compiled kernel, where there is one, beats both others: they break even
#: near 50,000, and here it takes half the time.
KERNEL_FROM = 100_000

#: Bits of the index that the table serves: 6, as 2^6 - 1 = 63 is inside it and 2^7 - 1 is not.
TABLE_BITS = 6

#: Decimal digits in one 64-bit word of libmpdec (radix 10^19).
DIGITS_PER_WORD = 19

#: Share of `gmpy2.fib` in the time of `gmpy2.fib(n).digits()`, the rest being the conversion:
#: measured 0.14 at 10^7, 0.18 at 10^6.
BINARY_SHARE = 0.16

#: Time of making the text of a Decimal, as a share of computing it: measured at 10^7, where it is
#: 0.03; both are nearly linear in the number of digits.
TEXT_SHARE = 0.03


def fibonacci_text(index: int, report: Callable[[Progress], None] = unheard) -> str:
    """Return F(index) in decimal digits, for an index from 0 to 10^9.

    `report` hears of the progress: 0.0 before the first step, 1.0 at the end, never backwards.
    Raises OutOfRange (a ValueError). Holds the GIL for most of its run, except in the compiled
    kernel: compute large ones in a process of their own.
    """
    require("the index", index, 0, MAX_INDEX)
    if index < len(TABLE):
        return table_text(index, report)
    if index >= KERNEL_FROM and kernel_is_usable():
        return kernel_text(index, report)
    if index < DECIMAL_FROM:
        return binary_text(index, report)
    return decimal_text(index, report)


def table_text(index: int, report: Callable[[Progress], None] = unheard) -> str:
    """Return F(index) as it stands in the table, for an index up to 93."""
    milestones = Milestones([1.0], report)
    text = str(TABLE[index])
    milestones.step_done()
    return text


def binary_text(index: int, report: Callable[[Progress], None] = unheard) -> str:
    """Return F(index) by GMP: quick in binary, then converted in more than linear time."""
    milestones = Milestones([BINARY_SHARE, 1 - BINARY_SHARE], report)
    value = gmpy2.fib(index)
    milestones.step_done()
    text: str = value.digits()
    milestones.step_done()
    return text


def decimal_text(index: int, report: Callable[[Progress], None] = unheard) -> str:
    """Return F(index), for an index from 64 up, by libmpdec: the text costs next to nothing.

    With a = F(k) and b = F(k-1) one step from k to 2k costs two squarings:

        F(2k-1) = a^2 + b^2
        F(2k+1) = 4a^2 - b^2 + 2(-1)^k
        F(2k)   = F(2k+1) - F(2k-1)

    The last step needs one number only, at the price of one multiplication (`_last_step`).

    Proof. Q = [[1,1],[1,0]] has Q^k = [[F(k+1),F(k)],[F(k),F(k-1)]]. The lower right entry of
    Q^k Q^k is the first line, the upper left one F(2k+1) = F(k+1)^2 + F(k)^2 = 2a^2 + 2ab + b^2.
    The determinant gives Cassini's identity F(k+1)F(k-1) - F(k)^2 = (-1)^k, which reads
    (a+b)b - a^2 = (-1)^k; so ab = a^2 - b^2 + (-1)^k, and 2a^2 + 2ab + b^2 is the second line.
    Source: GMP manual, "Fibonacci Numbers Algorithm" (the same two squarings, in binary).

    The result is exact: rounding of any kind raises decimal.Inexact.
    """
    bits_left = index.bit_length() - TABLE_BITS
    milestones = Milestones(_step_costs(index, bits_left), report)
    exact = _exact_arithmetic(digit_count(index))
    k = index >> bits_left
    current, previous = Decimal(TABLE[k]), Decimal(TABLE[k - 1])
    for shift in range(bits_left - 1, 0, -1):
        with localcontext(exact):  # not around the report, which is a stranger's code
            current, previous = _doubled(k, current, previous, odd=bool(index >> shift & 1))
        k = index >> shift
        milestones.step_done()
    with localcontext(exact):
        current = _last_step(k, current, previous, odd=bool(index & 1))
    milestones.step_done()
    text = str(current)
    milestones.step_done()
    return text


def _doubled(k: int, a: Decimal, b: Decimal, *, odd: bool) -> tuple[Decimal, Decimal]:
    """Return F(m), F(m-1) for m = 2k, or m = 2k+1 if `odd`, from a = F(k), b = F(k-1)."""
    a_squared, b_squared = a * a, b * b
    below = a_squared + b_squared
    above = 4 * a_squared - b_squared + _twice_sign(k)
    between = above - below
    return (above, between) if odd else (between, below)


def _last_step(k: int, a: Decimal, b: Decimal, *, odd: bool) -> Decimal:
    """Return F(2k), or F(2k+1) if `odd`, from a = F(k), b = F(k-1).

    F(2k) = a(a+2b), as F(k)(F(k+1)+F(k-1)); 4a^2 - b^2 of F(2k+1) is a difference of squares.
    """
    if odd:
        return (2 * a + b) * (2 * a - b) + _twice_sign(k)
    return a * (a + 2 * b)


def _twice_sign(k: int) -> int:
    return -2 if k % 2 else 2


def _exact_arithmetic(digits: int) -> Context:
    # No number on the way is greater than 4 F(n/2)^2, which has at most one digit more than F(n).
    return Context(prec=digits + 2, Emax=MAX_EMAX, Emin=MIN_EMIN, traps=[Inexact, InvalidOperation])


def _step_costs(index: int, bits_left: int) -> list[float]:
    """Return the relative cost of each doubling, of the last step, and of making the text.

    In units of one number-theoretic transform: a squaring takes two, a product of two numbers
    three (Knuth, The Art of Computer Programming 2, 4.3.3.C).
    """
    doublings = [4 * _transform_cost(index >> shift) for shift in range(bits_left - 1, 0, -1)]
    last_step = 3 * _transform_cost(index)
    return [*doublings, last_step, TEXT_SHARE * (sum(doublings) + last_step)]


def _transform_cost(index: int) -> float:
    """Return the cost of a transform that holds F(index): N log N for its padded length N.

    libmpdec pads to 2^k or 3*2^(k-1) words (`_mpd_get_transform_len`), which is why the time jumps.
    """
    words = digit_count(index) / DIGITS_PER_WORD
    power = 2.0 ** int(log2(words) + 1) if words > 1 else 1.0
    padded = power * 0.75 if words <= power * 0.75 else power
    return padded * log2(padded + 1)

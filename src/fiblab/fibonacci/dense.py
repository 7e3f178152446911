"""The dense range 0..D: every value follows from the two before it, as the textbook has it.

A store keeps the values as texts, and a marker: the index up to which they are complete.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gmpy2 import mpz

from fiblab.fibonacci.errors import FibonacciError, require
from fiblab.fibonacci.verification import verify

if TYPE_CHECKING:
    from collections.abc import Sequence

#: The largest end of a dense range: its texts take 0.10 N^2 bytes, 10.5 MB at this N.
MAX_DENSE_INDEX = 10_000

#: The marker of a store that holds nothing yet.
NOTHING = -1

#: F(-2) and F(-1), by the recurrence run backwards: with them it yields F(0) and F(1) as well.
BEFORE_ZERO = (mpz(-1), mpz(1))


def extend(marker: int, last_two: Sequence[str], upto: int) -> list[str]:
    """Return the texts of F(marker+1) to F(upto), by adding up from the last values known.

    `last_two` are F(marker-1) and F(marker), fewer where there are no more: F(0) alone for marker
    0, none for marker -1. They are verified first, so that nothing is built upon a corrupt value.
    `marker` and `upto` range from -1 to 10,000; the list is empty where `upto` is not beyond
    `marker`. Raises OutOfRange, WrongValue, and FibonacciError for another number of last values.
    """
    require("the marker", marker, NOTHING, MAX_DENSE_INDEX)
    require("the end of the dense range", upto, NOTHING, MAX_DENSE_INDEX)
    known = range(max(marker - 1, 0), marker + 1)
    if len(last_two) != len(known):
        raise FibonacciError(f"marker {marker} takes {len(known)} last values, not {len(last_two)}")
    for index, text in zip(known, last_two, strict=True):
        verify(index, text)
    older, newer = (*BEFORE_ZERO, *map(mpz, last_two))[-2:]
    texts = []
    for _ in range(marker, upto):
        older, newer = newer, older + newer
        texts.append(newer.digits())  # not str(int), which refuses beyond 4,300 digits
    return texts

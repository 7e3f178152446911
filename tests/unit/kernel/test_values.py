"""The kernel's F(n) is right, whichever code computes it."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import gmpy2
import pytest

from fiblab.fibonacci import digit_count, verify

if TYPE_CHECKING:
    from types import ModuleType

#: Digits in a limb.
LIMB = 18

#: Lengths of transforms, in limbs of the result, up to which all of them are met: each is the last
#: that some shape of one to four pieces serves.
LENGTHS = [
    eighths * power // 8
    for power in (16, 32, 64, 128, 256, 1024, 4096, 16384)
    for eighths in range(8, 16)
    if eighths * power % (8 * 16) == 0
]


def expected(index: int) -> str:
    """Return F(index) by GMP, which shares nothing with the kernel."""
    text: str = gmpy2.fib(index).digits()
    return text


def first_index_of(limbs: int) -> int:
    """Return the smallest index whose value has that many limbs."""
    low, high = 2, 100 * limbs
    while low < high:
        middle = (low + high) // 2
        if digit_count(middle) > LIMB * (limbs - 1):
            high = middle
        else:
            low = middle + 1
    return low


def test_every_small_index(kernel: ModuleType, instructions: str) -> None:
    """F(0) to F(2000) are those of GMP: table, one limb, and the first doublings."""
    for index in range(2001):
        assert kernel.fibonacci_text(index, instructions=instructions) == expected(index)


@pytest.mark.parametrize("length", LENGTHS)
def test_around_each_length_of_the_transform(
    kernel: ModuleType, instructions: str, length: int
) -> None:
    """F(n) is right where the result just fits into a transform, and where it no longer does."""
    for limbs in (length, length + 1):
        for index in range(first_index_of(limbs) - 2, first_index_of(limbs) + 3):
            assert kernel.fibonacci_text(index, instructions=instructions) == expected(index)


@pytest.mark.parametrize("seed", range(8))
def test_indices_at_random(kernel: ModuleType, instructions: str, seed: int) -> None:
    """F(n) is right for n of every size up to 10^6, other ones in each run of the list."""
    for digits in range(3, 7):
        index = random.Random(f"{seed} {digits}").randrange(10**digits)  # noqa: S311 - no secret
        assert kernel.fibonacci_text(index, instructions=instructions) == expected(index)


def test_ten_millionth(kernel: ModuleType, instructions: str) -> None:
    """F(10^7) has the right length, last digits and residue modulo 2^61 - 1."""
    verify(10_000_000, kernel.fibonacci_text(10_000_000, instructions=instructions))


@pytest.mark.parametrize("digits", [1, 17, 18, 19, 500, 2304, 2305, 20_000, 300_000])
@pytest.mark.parametrize("second", ["9", "0"])
def test_the_largest_coefficients(
    kernel: ModuleType, instructions: str, digits: int, second: str
) -> None:
    """All nines against all nines, or against 0, are squared and multiplied without an error."""
    a, b = "9" * digits, second * digits
    x, y = gmpy2.mpz(a), gmpy2.mpz(b)
    above, below = (4 * x * x - y * y).digits(), (x * x + y * y).digits()
    last = (x * (x + 2 * y)).digits()
    combined = kernel._kernel.combinations(a, b, instructions)  # noqa: SLF001 - made for this test
    assert combined == ((above, below), above, last)

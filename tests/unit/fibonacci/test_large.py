"""F(n) as text: every way of computing it agrees with what others published or compute."""

from __future__ import annotations

import decimal
import hashlib
from math import gcd
from typing import TYPE_CHECKING

import pytest
import sympy
from gmpy2 import mpz
from hypothesis import given, settings
from hypothesis import strategies as st

from fiblab.fibonacci import MAX_INDEX, OutOfRange, fibonacci_text, verify
from fiblab.fibonacci.large import DECIMAL_FROM, binary_text, decimal_text

if TYPE_CHECKING:
    from collections.abc import Callable

    Compute = Callable[[int], str]

#: F(0) to F(40), as published in OEIS A000045.
# fmt: off - one number a line would hide the table
FIRST_VALUES = [
    0,
    1,
    1,
    2,
    3,
    5,
    8,
    13,
    21,
    34,
    55,
    89,
    144,
    233,
    377,
    610,
    987,
    1597,
    2584,
    4181,
    6765,
    10946,
    17711,
    28657,
    46368,
    75025,
    121393,
    196418,
    317811,
    514229,
    832040,
    1346269,
    2178309,
    3524578,
    5702887,
    9227465,
    14930352,
    24157817,
    39088169,
    63245986,
    102334155,
]
# fmt: on

#: F(1000), as published: 209 digits.
F_1000 = (
    "43466557686937456435688527675040625802564660517371780402481729089536555417949051890403879840"
    "07925516929592259308032263477520968962323987332247116164299644090653318793829896964992851600"
    "3704476137795166849228875"
)

#: SHA-256 of the text of F(1,000,000), as `matrix_power` and `text_by_chunks` below give it.
SHA256_OF_MILLIONTH = "aef6e8c19df607aa07940f2abde8460d1b34c18df1a6f46b5fc04dfe9be51706"

#: Covers both parities at each step, and libmpdec's change from schoolbook to transforms.
decimal_indices = st.integers(min_value=64, max_value=200_000)


def matrix_power(index: int) -> int:
    """Return F(index) as an entry of [[1,1],[1,0]]^index, by Python's own integers."""
    result, factor = (1, 0, 0, 1), (1, 1, 1, 0)
    while index:
        if index & 1:
            result = matrix_product(result, factor)
        factor = matrix_product(factor, factor)
        index >>= 1
    return result[1]


def matrix_product(
    left: tuple[int, int, int, int], right: tuple[int, int, int, int]
) -> tuple[int, int, int, int]:
    """Return the product of two 2x2 matrices, given row by row."""
    a, b, c, d = left
    e, f, g, h = right
    return a * e + b * g, a * f + b * h, c * e + d * g, c * f + d * h


def big(index: int) -> int:
    """Return F(index) as a number, from the text of the path that large indices take."""
    text = decimal_text(index) if index >= 64 else fibonacci_text(index)
    return int(mpz(text))


def text_by_chunks(value: int) -> str:
    """Return the decimal text of `value`, by divisions small enough for Python's own limit."""
    chunks = []
    while value >= 10**4000:
        value, chunk = divmod(value, 10**4000)
        chunks.append(f"{chunk:04000}")
    return "".join([str(value), *reversed(chunks)])


def test_first_values_are_the_published_ones() -> None:
    """F(0) to F(40) are those of OEIS A000045."""
    assert [fibonacci_text(index) for index in range(41)] == [str(value) for value in FIRST_VALUES]


def test_every_way_of_computing_joins_the_next_without_a_gap() -> None:
    """Each value up to F(1000) is the sum of the two before it, and F(1000) the published one."""
    values = [int(fibonacci_text(index)) for index in range(1001)]
    assert all(values[n] == values[n - 1] + values[n - 2] for n in range(2, 1001))
    assert str(values[1000]) == F_1000


@pytest.mark.parametrize("compute", [binary_text, decimal_text])
def test_the_millionth_is_the_published_one(compute: Compute) -> None:
    """F(1,000,000) has the published length, start and end, whichever way it is computed."""
    text = compute(1_000_000)
    assert len(text) == 208_988
    assert text.startswith("19532821287077577316")
    assert text.endswith("68996526838242546875")


@pytest.mark.parametrize("compute", [binary_text, decimal_text])
def test_the_millionth_is_right_to_the_last_digit(compute: Compute) -> None:
    """The whole text of F(1,000,000) is the one that neither GMP nor libmpdec took part in."""
    independent = text_by_chunks(matrix_power(1_000_000))
    assert hashlib.sha256(independent.encode()).hexdigest() == SHA256_OF_MILLIONTH
    assert hashlib.sha256(compute(1_000_000).encode()).hexdigest() == SHA256_OF_MILLIONTH


def test_small_indices_agree_with_sympy() -> None:
    """All of F(0) to F(3000) equal sympy's, across the end of the table."""
    for index in range(3001):
        assert fibonacci_text(index) == str(sympy.fibonacci(index))


def test_decimal_path_is_right_at_each_of_its_first_indices() -> None:
    """The decimal path is right from its smallest index on, through every pattern of bits."""
    for index in range(64, 3001):
        assert decimal_text(index) == str(sympy.fibonacci(index))


@settings(deadline=None, max_examples=60)
@given(decimal_indices)
def test_both_paths_agree_with_an_independent_one(index: int) -> None:
    """The decimal path, the binary path and a matrix power by plain integers give one text."""
    expected = text_by_chunks(matrix_power(index))
    assert decimal_text(index) == expected
    assert binary_text(index) == expected


@pytest.mark.parametrize("index", [DECIMAL_FROM - 1, DECIMAL_FROM, DECIMAL_FROM + 1])
def test_the_crossover_shows_in_no_digit(index: int) -> None:
    """Right before and from the crossover on the text is that of the other path."""
    other = binary_text if index >= DECIMAL_FROM else decimal_text
    assert fibonacci_text(index) == other(index)


def test_ten_millionth_has_the_published_number_of_digits() -> None:
    """F(10,000,000) has 2,089,877 digits (OEIS A068070) and passes verification."""
    text = fibonacci_text(10_000_000)
    assert len(text) == 2_089_877
    verify(10_000_000, text)


@settings(deadline=None, max_examples=40)
@given(st.integers(64, 20_000), st.integers(64, 20_000))
def test_docagnes_identity(m: int, n: int) -> None:
    """F(m) F(n+1) - F(m+1) F(n) = (-1)^n F(m-n), for m >= n."""
    m, n = max(m, n), min(m, n)
    left = big(m) * big(n + 1) - big(m + 1) * big(n)
    difference = matrix_power(m - n)
    assert left == (-difference if n % 2 else difference)


@settings(deadline=None, max_examples=40)
@given(st.integers(1, 20_000), st.integers(1, 20_000))
def test_gcd_of_values_is_the_value_of_the_gcd(m: int, n: int) -> None:
    """gcd(F(m), F(n)) = F(gcd(m, n))."""
    assert gcd(big(m), big(n)) == big(gcd(m, n))


@settings(deadline=None, max_examples=40)
@given(st.integers(65, 50_000))
def test_lucas_relation(n: int) -> None:
    """F(2n) = F(n) L(n), and L(n)^2 - 5 F(n)^2 = 4 (-1)^n, with L(n) = F(n-1) + F(n+1)."""
    lucas = big(n - 1) + big(n + 1)
    assert big(2 * n) == big(n) * lucas
    assert lucas**2 - 5 * big(n) ** 2 == (-4 if n % 2 else 4)


@pytest.mark.parametrize("index", [-1, MAX_INDEX + 1, pytest.param(10**5000, id="10^5000")])
def test_an_index_out_of_range_is_refused_by_name(index: int) -> None:
    """An index outside 0..10^9 raises an error that names the range, however large it is."""
    with pytest.raises(OutOfRange, match=r"the index must be from 0 to 1,000,000,000"):
        fibonacci_text(index)


def test_the_callers_decimal_context_is_left_alone() -> None:
    """A caller's own precision neither changes the result nor is changed, nor is it for reports."""
    heard = []
    with decimal.localcontext() as mine:
        mine.prec = 5
        text = decimal_text(100_000, lambda _: heard.append(decimal.getcontext().prec))
        assert decimal.getcontext().prec == 5
    assert text == binary_text(100_000)
    assert set(heard) == {5}

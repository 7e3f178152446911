"""F(n) modulo m, for any n."""

from __future__ import annotations

import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st

from fiblab.fibonacci import FibonacciError, residue

indices = st.integers(0, 10**18)
moduli = st.integers(1, 10**20)


@given(st.integers(0, 5_000), moduli)
def test_residue_is_that_of_the_number(index: int, modulus: int) -> None:
    """F(n) mod m is sympy's number divided by m."""
    assert residue(index, modulus) == int(sympy.fibonacci(index)) % modulus


@given(indices, moduli)
def test_residues_obey_the_recurrence(index: int, modulus: int) -> None:
    """F(n+2) = F(n+1) + F(n) holds modulo any m, for n up to 10^18."""
    total = residue(index, modulus) + residue(index + 1, modulus)
    assert residue(index + 2, modulus) == total % modulus


@given(indices)
def test_a_prime_divides_where_fermat_lucas_say(index: int) -> None:
    """Modulo the prime p = 2^61 - 1, which is 1 mod 5, F repeats every p - 1 indices."""
    prime = 2**61 - 1
    assert residue(index, prime) == residue(index + prime - 1, prime)


@pytest.mark.parametrize(("index", "modulus"), [(-1, 10), (5, 0), (5, -10)])
def test_what_has_no_residue_is_refused(index: int, modulus: int) -> None:
    """A negative index or a modulus below 1 raises FibonacciError."""
    with pytest.raises(FibonacciError, match="n from 0 and m from 1"):
        residue(index, modulus)

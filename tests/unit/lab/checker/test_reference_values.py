"""The checker's own Fibonacci numbers: as defined, and the same by either way to their ends."""

import hashlib

import pytest

from fiblab.lab.checker import reference_values

from .scene import FIBONACCI


def test_values_are_the_sums_of_their_forerunners() -> None:
    """Doubling gives what the definition gives."""
    assert [reference_values.digits(index) for index in range(100)] == list(map(str, FIBONACCI))


def test_values_are_written_whole() -> None:
    """A value has more digits than `str(int)` writes."""
    assert len(reference_values.digits(20_578)) == 4_301


def test_a_digest_is_of_the_decimal_text() -> None:
    """F(40) = 102334155."""
    assert reference_values.digest(40) == hashlib.sha256(b"102334155").hexdigest()


@pytest.mark.parametrize("index", [1_001, 4_782, 99_999, 200_000])
def test_the_ends_by_logarithm_are_those_of_the_text(index: int) -> None:
    """Leading and trailing digits and their number need no whole value."""
    text = reference_values.digits(index)
    for length in (1, 20, reference_values.LONGEST_END):
        assert reference_values.ends(index, length) == (len(text), text[:length], text[-length:])


def test_ends_beyond_what_the_logarithms_carry_are_refused() -> None:
    """Rather no answer than a wrong one."""
    with pytest.raises(ValueError, match="51 digits"):
        reference_values.ends(5_000, 51)

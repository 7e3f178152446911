"""The tier within the process: bounded in bytes, and the values used last stay."""

from hypothesis import given
from hypothesis import strategies as st

from fiblab.storage.remembered_values import ENTRY_BYTES, RememberedValues

#: Digits of a value, and room for exactly three such values.
DIGITS = 100
THREE = 3 * (DIGITS + ENTRY_BYTES)


def text(digit: int) -> str:
    """Make a value that can be told from others."""
    return str(digit) * DIGITS


def three_of(*indices: int) -> RememberedValues:
    """Remember values of these indices, in this order, where three have room."""
    remembered = RememberedValues(THREE)
    for index in indices:
        remembered.put(index, text(index))
    return remembered


def test_what_was_put_is_remembered() -> None:
    """Each index its own value; what was not put is None."""
    remembered = three_of(1, 2)

    assert (remembered.get(1), remembered.get(2)) == (text(1), text(2))
    assert remembered.get(3) is None


def test_the_value_unused_for_longest_goes_first() -> None:
    """Reading counts as using."""
    remembered = three_of(1, 2, 3)
    remembered.get(1)

    remembered.put(4, text(4))

    assert remembered.get(2) is None
    assert [remembered.get(index) for index in (1, 3, 4)] == [text(1), text(3), text(4)]


def test_a_long_value_takes_the_room_of_several() -> None:
    """It is bytes that count, not values."""
    remembered = three_of(1, 2, 3)

    remembered.put(9, "9" * (2 * DIGITS))

    assert remembered.get(9) is not None
    assert [remembered.get(index) for index in (1, 2, 3)] == [None, None, text(3)]


def test_a_value_longer_than_all_room_leaves_the_others_alone() -> None:
    """It would throw everything out and still not fit."""
    remembered = three_of(1, 2, 3)

    remembered.put(9, "9" * THREE)

    assert remembered.get(9) is None
    assert [remembered.get(index) for index in (1, 2, 3)] == [text(1), text(2), text(3)]


def test_without_room_nothing_is_remembered() -> None:
    """A capacity of 0 switches the tier off."""
    remembered = RememberedValues(0)

    remembered.put(1, "1")

    assert remembered.get(1) is None
    assert remembered.used_bytes == 0


def test_putting_a_value_again_takes_no_more_room() -> None:
    """The same number is the same text."""
    remembered = three_of(1, 1, 1)

    assert remembered.used_bytes == DIGITS + ENTRY_BYTES


@given(
    capacity=st.integers(0, 5_000),
    steps=st.lists(st.tuples(st.integers(0, 9), st.integers(1, 2_000))),
)
def test_the_room_in_use_is_what_the_values_take_and_never_too_much(
    capacity: int, steps: list[tuple[int, int]]
) -> None:
    """Whatever is put in which order, and the value put last is there if it fits at all."""
    remembered = RememberedValues(capacity)
    for index, length in steps:
        known = remembered.get(index)
        remembered.put(index, known or "7" * length)

        held = [value for at in range(10) if (value := remembered.get(at)) is not None]
        assert remembered.used_bytes == sum(len(value) + ENTRY_BYTES for value in held)
        assert remembered.used_bytes <= capacity
        assert known or (remembered.get(index) is not None) == (length + ENTRY_BYTES <= capacity)

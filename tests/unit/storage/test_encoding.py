"""How values look in a store: every right one comes back, and nothing else passes for one."""

import contextlib
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiblab.fibonacci import fibonacci_text
from fiblab.storage.encoding import (
    PLAIN_DIGITS,
    THREAD_DIGITS,
    CorruptValue,
    decode,
    encode,
    off_the_loop_if_long,
)

#: The last index whose value has no more than 10,000 digits.
LAST_PLAIN = 47_851


@pytest.mark.parametrize("index", [0, 1, 2, 93, 1_000, LAST_PLAIN, LAST_PLAIN + 1, 100_000])
def test_what_was_encoded_is_decoded(index: int) -> None:
    """On both sides of the length from which values are compressed."""
    text = fibonacci_text(index)

    assert decode(index, encode(text)) == text


def test_the_longest_plain_value_is_its_own_text() -> None:
    """And the next one is not."""
    plain, compressed = fibonacci_text(LAST_PLAIN), fibonacci_text(LAST_PLAIN + 1)
    assert len(plain) == PLAIN_DIGITS < len(compressed)

    assert encode(plain) == plain.encode()
    assert encode(compressed) != compressed.encode()


@given(st.binary(max_size=60))
def test_whatever_bytes_are_stored_are_right_or_corrupt(stored: bytes) -> None:
    """No other error ever comes out of reading a store."""
    right = fibonacci_text(40).encode()
    if stored == right:
        return
    with pytest.raises(CorruptValue):
        decode(40, stored)


@given(position=st.integers(0, 200), value=st.integers(0, 255))
def test_one_changed_byte_of_a_frame_is_never_believed(position: int, value: int) -> None:
    """It decodes to the right text all the same, or is corrupt."""
    text = fibonacci_text(50_000)
    frame = bytearray(encode(text))
    frame[position] = value

    with contextlib.suppress(CorruptValue):
        assert decode(50_000, bytes(frame)) == text


def test_the_reason_tells_no_long_digits() -> None:
    """It goes into logs, where a value of megabytes has no place."""
    with pytest.raises(CorruptValue) as corrupt:
        decode(100_000, fibonacci_text(100_001).encode())

    assert len(str(corrupt.value)) < 200


async def test_only_long_work_leaves_the_event_loop() -> None:
    """A hand-over costs more than a short value does."""
    loops_thread = threading.get_ident()

    assert await off_the_loop_if_long(THREAD_DIGITS - 1, threading.get_ident) == loops_thread
    assert await off_the_loop_if_long(THREAD_DIGITS, threading.get_ident) != loops_thread

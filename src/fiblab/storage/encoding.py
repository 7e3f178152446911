"""How a value looks in a store, and how it is read back with distrust.

Plain decimal text up to 10,000 digits, beyond that one zstd frame. What comes back is believed only
after it has been checked against the index, because stores are shared, edited and fail.
"""

import asyncio
from collections.abc import Callable
from enum import StrEnum
from typing import TypeVar

import zstandard

from fiblab.fibonacci import WrongValue, digit_count, verify

Result = TypeVar("Result")

#: Digits up to which a value is stored as plain text: it can be read by eye, and zstd would save
#: less than a network packet or two.
PLAIN_DIGITS = 10_000

#: Digits from which coding and checking happen in a thread: they take about 0.4 ms here, several
#: times what the hand-over costs and as long as the event loop should ever be held up.
THREAD_DIGITS = 100_000

#: Level 1 shrinks digits 2.35-fold, near the limit of log2(10) bits a digit; others are slow.
ZSTD_LEVEL = 1

#: Every zstd frame begins with these bytes, and no decimal text does.
ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"


class Tier(StrEnum):
    """A store outside the process that values are read from."""

    REDIS = "redis"
    POSTGRES = "postgres"


#: Told of every corrupt value: its index (None for the marker of the dense range), its tier, why.
OnCorrupt = Callable[[int | None, Tier, str], None]


class CorruptValue(Exception):  # noqa: N818 - says what the value is
    """What a store holds for an index is not its Fibonacci number; the reason holds no digits."""


def encode(text: str) -> bytes:
    """Return the text as it is stored in Redis."""
    return text.encode() if len(text) <= PLAIN_DIGITS else compress(text)


def compress(text: str) -> bytes:
    """Return the text as one zstd frame that tells its own size."""
    return zstandard.ZstdCompressor(level=ZSTD_LEVEL).compress(text.encode())


def decode(index: int, stored: bytes) -> str:
    """Return F(index) out of what a store holds for it; raise CorruptValue where that is not so."""
    try:
        plain = _decompress(index, stored) if stored.startswith(ZSTD_MAGIC) else stored
        text = plain.decode("ascii")
        verify(index, text)
    except (WrongValue, UnicodeDecodeError, zstandard.ZstdError) as error:
        raise CorruptValue(_reason(error)) from None
    return text


async def off_the_loop_if_long(digits: int, work: Callable[[], Result]) -> Result:
    """Do the work on a value of so many digits here, or in a thread where it would take long."""
    return work() if digits < THREAD_DIGITS else await asyncio.to_thread(work)


async def decode_in_time(index: int, stored: bytes) -> str:
    """Do what `decode` does, without holding up the event loop."""
    return await off_the_loop_if_long(digit_count(index), lambda: decode(index, stored))


def _decompress(index: int, frame: bytes) -> bytes:
    """Decompress, once the frame promises the right size: a forged one could fill the memory."""
    if zstandard.get_frame_parameters(frame).content_size != digit_count(index):
        raise CorruptValue("its compressed frame has another size than the value")
    return zstandard.ZstdDecompressor().decompress(frame, allow_extra_data=False)


def _reason(error: WrongValue | UnicodeDecodeError | zstandard.ZstdError) -> str:
    if isinstance(error, WrongValue):
        return error.what
    if isinstance(error, UnicodeDecodeError):
        return "it is no ASCII text"
    return "its compressed frame is damaged"

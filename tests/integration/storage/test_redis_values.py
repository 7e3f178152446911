"""Values in a real Redis: stored for how long, over which connection, and which are believed."""

import hashlib
import re

import pytest
import redis
import zstandard

from fiblab.fibonacci import digit_count, fibonacci_text
from fiblab.redis import Connection, Unavailable
from fiblab.storage import RedisValues, Tier, ValueKeys
from fiblab.storage.encoding import PLAIN_DIGITS, ZSTD_MAGIC, compress
from fiblab.storage.redis_values import DROP_DENSE_VALUE, DROP_VALUE

from .value_tiers import DENSE_MAX_INDEX, TTL_S, Corruption

#: F(n) of 209, 9,998, 10,450 and 208,988 digits: plain, the longest plain, compressed, in a thread.
PLAIN, LONGEST_PLAIN, COMPRESSED, LONG = 1_001, 47_840, 50_000, 1_000_000

#: F(n) of 10,031,387 digits.
TEN_MEGABYTES = 48_000_000


@pytest.mark.parametrize("index", [PLAIN, LONGEST_PLAIN, COMPRESSED, LONG])
async def test_a_value_comes_back_as_it_was_stored(redis_values: RedisValues, index: int) -> None:
    """Whatever its length, and however it was encoded for it."""
    text = fibonacci_text(index)

    await redis_values.put({index: text})

    assert await redis_values.get(index) == text


async def test_what_is_not_stored_is_absent(redis_values: RedisValues) -> None:
    """In the dense range and beyond it."""
    assert await redis_values.get(40) is None
    assert await redis_values.get(PLAIN) is None
    assert await redis_values.exists([40, PLAIN]) == [False, False]
    assert await redis_values.get_many([40, PLAIN]) == {40: None, PLAIN: None}


async def test_short_values_can_be_read_by_eye_and_long_ones_are_compressed(
    redis_values: RedisValues, keys: ValueKeys, eye: redis.Redis
) -> None:
    """Up to 10,000 digits plain text, beyond that a zstd frame of less than half the size."""
    short, long = fibonacci_text(LONGEST_PLAIN), fibonacci_text(COMPRESSED)
    assert len(short) <= PLAIN_DIGITS < len(long)

    await redis_values.put({LONGEST_PLAIN: short, COMPRESSED: long})

    assert stored(eye, keys.large(LONGEST_PLAIN)) == short.encode()
    frame = stored(eye, keys.large(COMPRESSED))
    assert frame.startswith(ZSTD_MAGIC)
    assert len(frame) < len(long) / 2


async def test_only_values_beyond_the_dense_range_expire(
    redis_values: RedisValues, keys: ValueKeys, eye: redis.Redis
) -> None:
    """The dense range stays for ever, together with its marker."""
    await redis_values.extend_dense(-1, ["0", "1", "1"])
    await redis_values.put({PLAIN: fibonacci_text(PLAIN), COMPRESSED: fibonacci_text(COMPRESSED)})

    no_limit = -1
    assert eye.ttl(keys.dense) == no_limit
    assert eye.ttl(keys.marker) == no_limit
    for index in (PLAIN, COMPRESSED):
        assert 0 < int(str(eye.ttl(keys.large(index)))) <= TTL_S


async def test_ten_megabytes_travel_over_the_bulk_connection(
    redis_values: RedisValues, connection: Connection, bulk: Connection
) -> None:
    """It comes and goes with the ordinary connection closed, and not with the bulk one closed."""
    text = fibonacci_text(TEN_MEGABYTES)
    assert len(text) > 10_000_000

    await connection.close()
    await redis_values.put({TEN_MEGABYTES: text})
    assert await redis_values.get(TEN_MEGABYTES) == text

    await bulk.close()
    with pytest.raises(Unavailable):
        await redis_values.get(TEN_MEGABYTES)
    with pytest.raises(Unavailable):
        await redis_values.put({TEN_MEGABYTES: text})


async def test_short_values_keep_off_the_bulk_connection(
    redis_values: RedisValues, bulk: Connection
) -> None:
    """They are served while the bulk connection is busy, or not there at all."""
    await bulk.close()

    await redis_values.put({LONGEST_PLAIN: fibonacci_text(LONGEST_PLAIN)})

    assert await redis_values.get(LONGEST_PLAIN) == fibonacci_text(LONGEST_PLAIN)


async def test_many_are_read_at_once_from_both_sides_of_the_dense_range(
    redis_values: RedisValues,
) -> None:
    """Each index has its own answer, whatever the order of asking."""
    await redis_values.extend_dense(-1, ["0", "1", "1", "2"])
    await redis_values.put({PLAIN: fibonacci_text(PLAIN)})

    found = await redis_values.get_many([PLAIN, 3, 1_002, 0, 9])

    assert found == {PLAIN: fibonacci_text(PLAIN), 3: "2", 1_002: None, 0: "0", 9: None}
    assert await redis_values.exists([PLAIN, 3, 1_002]) == [True, True, False]
    assert await redis_values.get_many([]) == {}


async def test_a_dense_value_is_not_stored_as_a_large_one(redis_values: RedisValues) -> None:
    """Storing one without its marker would leave a value that the marker does not know."""
    with pytest.raises(ValueError, match="extend_dense"):
        await redis_values.put({DENSE_MAX_INDEX: fibonacci_text(DENSE_MAX_INDEX)})


def forged_frame(digits: int) -> bytes:
    """Make a small frame that unpacks to so many digits."""
    return compress("1" * digits)


#: What may be found in a value's place, and what is said of it.
CORRUPT = {
    "no ASCII": (PLAIN, b"\xff" * digit_count(PLAIN), "no ASCII"),
    "empty": (PLAIN, b"", "digits"),
    "no digits": (PLAIN, b"Calculating...", "digits"),
    "cut off": (PLAIN, fibonacci_text(PLAIN)[:-1].encode(), "digits in place of 209"),
    "one digit changed": (
        PLAIN,
        fibonacci_text(PLAIN).replace("7", "8", 1).encode(),
        "residue",
    ),
    "a longer value": (PLAIN, fibonacci_text(PLAIN + 1).encode(), "210 digits in place of 209"),
    "another value": (PLAIN, fibonacci_text(PLAIN - 1).encode(), "does not end in"),
    "damaged frame": (COMPRESSED, compress(fibonacci_text(COMPRESSED))[:-20], "damaged"),
    "frame and more": (COMPRESSED, compress(fibonacci_text(COMPRESSED)) + b"0", "damaged"),
    "head of a frame": (COMPRESSED, ZSTD_MAGIC, "damaged"),
    "frame of another value": (COMPRESSED, compress("1" * digit_count(COMPRESSED)), "end in"),
    "frame that fills the memory": (COMPRESSED, forged_frame(50_000_000), "another size"),
    "frame of unknown size": (
        COMPRESSED,
        zstandard.ZstdCompressor(write_content_size=False).compress(b"1" * 10_450),
        "another size",
    ),
}


@pytest.mark.parametrize(("index", "content", "reason"), CORRUPT.values(), ids=CORRUPT)
async def test_a_corrupt_value_is_dropped_reported_and_absent(  # noqa: PLR0913, PLR0917 - fixtures, and one case
    redis_values: RedisValues,
    keys: ValueKeys,
    eye: redis.Redis,
    corruptions: list[Corruption],
    index: int,
    content: bytes,
    reason: str,
) -> None:
    """It is never served, and the next one to look finds nothing rather than the same again."""
    eye.set(keys.large(index), content)

    assert await redis_values.get(index) is None

    assert eye.exists(keys.large(index)) == 0
    assert [(at, tier) for at, tier, _ in corruptions] == [(index, Tier.REDIS)]
    assert re.search(reason, corruptions[0][2])
    assert await redis_values.get(index) is None
    assert len(corruptions) == 1


async def test_a_corrupt_dense_value_is_dropped_and_the_others_stay(
    redis_values: RedisValues, keys: ValueKeys, eye: redis.Redis, corruptions: list[Corruption]
) -> None:
    """Read by itself or among many; what is right beside it is still served."""
    await redis_values.extend_dense(-1, ["0", "1", "1", "2"])
    eye.hset(keys.dense, "2", "7")
    eye.hset(keys.dense, "3", "NaN")

    assert await redis_values.get(2) is None
    assert await redis_values.get_many([0, 1, 2, 3]) == {0: "0", 1: "1", 2: None, 3: None}

    assert eye.hkeys(keys.dense) == [b"0", b"1"]
    assert [(at, tier) for at, tier, _ in corruptions] == [(2, Tier.REDIS), (3, Tier.REDIS)]


async def test_a_value_that_was_replaced_meanwhile_is_not_dropped(
    connection: Connection, keys: ValueKeys, eye: redis.Redis
) -> None:
    """Another worker may have stored the right one after the wrong one was read."""
    sha1 = hashlib.sha1(b"wrong", usedforsecurity=False).hexdigest()
    eye.set(keys.large(PLAIN), b"right")
    eye.hset(keys.dense, "2", "right")

    assert await DROP_VALUE.run(connection, [keys.large(PLAIN)], [sha1]) == 0
    assert await DROP_DENSE_VALUE.run(connection, [keys.dense], [2, sha1]) == 0

    assert eye.get(keys.large(PLAIN)) == b"right"
    assert eye.hget(keys.dense, "2") == b"right"


async def test_dropping_twice_is_dropping_once(
    connection: Connection, keys: ValueKeys, eye: redis.Redis
) -> None:
    """A repetition after a lost reply finds nothing more to do."""
    sha1 = hashlib.sha1(b"wrong", usedforsecurity=False).hexdigest()
    eye.set(keys.large(PLAIN), b"wrong")
    eye.hset(keys.dense, "2", "wrong")

    dropped = [await DROP_VALUE.run(connection, [keys.large(PLAIN)], [sha1]) for _ in range(2)]
    dropped += [await DROP_DENSE_VALUE.run(connection, [keys.dense], [2, sha1]) for _ in range(2)]

    assert dropped == [1, 0, 1, 0]


def stored(eye: redis.Redis, key: str) -> bytes:
    """Read a string as it is."""
    content = eye.get(key)
    assert isinstance(content, bytes)
    return content

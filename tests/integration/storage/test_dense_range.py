"""The dense range in a real Redis: marker and values move together, and are mended together."""

import asyncio
from typing import cast

import pytest
import redis

from fiblab.fibonacci import FaultKind, extend
from fiblab.redis import CommandError, Connection
from fiblab.storage import RedisValues, Tier, ValueKeys
from fiblab.storage.dense_validation import REPAIR_DENSE

from .value_tiers import DENSE_MAX_INDEX, Corruption

#: F(0) to F(10).
FIRST = ["0", "1", "1", "2", "3", "5", "8", "13", "21", "34", "55"]


def contents(eye: redis.Redis, keys: ValueKeys) -> dict[int, str]:
    """Read what the hash holds."""
    stored = cast("dict[bytes, bytes]", eye.hgetall(keys.dense))
    return {int(field): text.decode() for field, text in stored.items()}


async def test_the_range_grows_from_nothing_and_goes_on(
    redis_values: RedisValues, keys: ValueKeys, eye: redis.Redis
) -> None:
    """Each extension tells where the marker is then, and the marker says so afterwards."""
    assert await redis_values.marker() == -1

    assert await redis_values.extend_dense(-1, FIRST[:3]) == 2
    assert await redis_values.extend_dense(2, FIRST[3:]) == 10

    assert await redis_values.marker() == 10
    assert contents(eye, keys) == dict(enumerate(FIRST))


async def test_whoever_comes_late_writes_nothing_and_learns_the_marker(
    redis_values: RedisValues, keys: ValueKeys, eye: redis.Redis
) -> None:
    """Its expectation is out of date, whether the range grew or shrank meanwhile."""
    await redis_values.extend_dense(-1, FIRST[:5])

    assert await redis_values.extend_dense(2, ["wrong"]) == 4
    assert await redis_values.extend_dense(7, ["wrong"]) == 4

    assert contents(eye, keys) == dict(enumerate(FIRST[:5]))


async def test_extending_by_nothing_reads_the_marker(redis_values: RedisValues) -> None:
    """An empty range is no error and no change."""
    assert await redis_values.extend_dense(-1, []) == -1
    assert await redis_values.marker() == -1


async def test_many_workers_that_extend_at_once_leave_one_whole_range(
    redis_values: RedisValues,
) -> None:
    """Each expects another marker; whoever wins, what is stored is right up to the marker."""
    texts = extend(-1, [], 200)

    async def worker(step: int) -> None:
        marker = await redis_values.marker()
        while marker < 200:
            marker = await redis_values.extend_dense(marker, texts[marker + 1 : marker + 1 + step])

    await asyncio.gather(*(worker(step) for step in (1, 2, 3, 5, 7, 11)))

    assert await redis_values.get_many(range(201)) == dict(enumerate(texts))
    assert (await redis_values.validate_dense()).faults == ()


async def test_the_range_ends_where_it_was_set_to_end(redis_values: RedisValues) -> None:
    """Up to its last index it may be filled; beyond it nothing is written."""
    texts = extend(-1, [], DENSE_MAX_INDEX + 1)

    with pytest.raises(ValueError, match="ends at 1000"):
        await redis_values.extend_dense(-1, texts)

    assert await redis_values.marker() == -1
    assert await redis_values.extend_dense(-1, texts[:-1]) == DENSE_MAX_INDEX
    assert await redis_values.get(DENSE_MAX_INDEX) == texts[DENSE_MAX_INDEX]


@pytest.mark.parametrize(
    "content", ["NaN", "", "05", "1e1", "-1", "1001", "\N{LATIN SMALL LETTER E}"]
)
async def test_a_marker_that_is_none_counts_as_none_and_is_reported(
    redis_values: RedisValues,
    keys: ValueKeys,
    eye: redis.Redis,
    corruptions: list[Corruption],
    content: str,
) -> None:
    """It is dropped, so that the range is built anew; nobody is ever told of a NaN."""
    eye.set(keys.marker, content)

    assert await redis_values.marker() == -1

    assert eye.exists(keys.marker) == 0
    assert [(index, tier) for index, tier, _ in corruptions] == [(None, Tier.REDIS)]


@pytest.mark.parametrize("content", ["NaN", "inf", "1e1", "0x2", "2.0", " 2", ""])
async def test_a_marker_that_is_no_number_is_not_built_upon(
    redis_values: RedisValues, keys: ValueKeys, eye: redis.Redis, content: str
) -> None:
    """Who extends without looking first is refused with what to do, and nothing is written."""
    eye.set(keys.marker, content)

    with pytest.raises(CommandError, match="BADMARKER") as refused:
        await redis_values.extend_dense(2, FIRST)

    assert "validate" in str(refused.value)
    assert contents(eye, keys) == {}
    assert eye.get(keys.marker) == content.encode()


async def test_a_whole_range_is_left_as_it_is(
    redis_values: RedisValues, keys: ValueKeys, eye: redis.Redis
) -> None:
    """Also the empty one, and one that fills the range to its end."""
    assert (await redis_values.validate_dense()).marker == -1

    texts = extend(-1, [], DENSE_MAX_INDEX)
    await redis_values.extend_dense(-1, texts)
    report = await redis_values.validate_dense()

    assert (report.marker, report.faults) == (DENSE_MAX_INDEX, ())
    assert contents(eye, keys) == dict(enumerate(texts))


#: How a range of 0..10 can be damaged: commands, where the range ends then, what is reported.
DAMAGES = {
    "marker too high": ([("SET", "{marker}", "900")], 10, {FaultKind.MARKER_TOO_HIGH}),
    "marker too low": ([("SET", "{marker}", "3")], 10, {FaultKind.MARKER_TOO_LOW}),
    "marker lost": ([("DEL", "{marker}")], 10, {FaultKind.MARKER_TOO_LOW}),
    "marker malformed": ([("SET", "{marker}", "NaN")], 10, {FaultKind.MARKER_MALFORMED}),
    "values lost": ([("DEL", "{dense}")], -1, {FaultKind.MARKER_TOO_HIGH}),
    "value missing": (
        [("HDEL", "{dense}", "5")],
        4,
        {FaultKind.MISSING_VALUE, FaultKind.MARKER_TOO_HIGH},
    ),
    "first value missing": (
        [("HDEL", "{dense}", "0")],
        -1,
        {FaultKind.MISSING_VALUE, FaultKind.MARKER_TOO_HIGH},
    ),
    "value wrong": (
        [("HSET", "{dense}", "7", "14")],
        6,
        {FaultKind.WRONG_VALUE, FaultKind.MARKER_TOO_HIGH},
    ),
    "value no text": (
        [("HSET", "{dense}", "7", b"\xff\xfe")],
        6,
        {FaultKind.WRONG_VALUE, FaultKind.MARKER_TOO_HIGH},
    ),
    "value beyond the range": ([("HSET", "{dense}", "1001", "1")], 10, {FaultKind.STRAY_VALUE}),
    "field no index": ([("HSET", "{dense}", "05", "5")], 10, {FaultKind.STRAY_VALUE}),
    "field no text": ([("HSET", "{dense}", b"\xff", "5")], 10, {FaultKind.STRAY_VALUE}),
    "all at once": (
        [("SET", "{marker}", "x"), ("HDEL", "{dense}", "9"), ("HSET", "{dense}", "NaN", "5")],
        8,
        {FaultKind.MISSING_VALUE, FaultKind.MARKER_MALFORMED, FaultKind.STRAY_VALUE},
    ),
}


@pytest.mark.parametrize(("commands", "last_valid", "kinds"), DAMAGES.values(), ids=DAMAGES)
async def test_a_damaged_range_is_cut_back_to_its_valid_beginning(  # noqa: PLR0913, PLR0917 - fixtures, and one case
    redis_values: RedisValues,
    keys: ValueKeys,
    eye: redis.Redis,
    commands: list[tuple[str | bytes, ...]],
    last_valid: int,
    kinds: set[FaultKind],
) -> None:
    """Every fault is told, what is left is right, and a second look finds nothing wrong."""
    await redis_values.extend_dense(-1, FIRST)
    names = {"{dense}": keys.dense, "{marker}": keys.marker}
    for command in commands:
        words = (names.get(word, word) if isinstance(word, str) else word for word in command)
        eye.execute_command(*words)  # type: ignore[no-untyped-call] # redis-py's own

    report = await redis_values.validate_dense()

    assert report.marker == last_valid
    assert {fault.kind for fault in report.faults} == kinds
    assert contents(eye, keys) == dict(enumerate(FIRST[: last_valid + 1]))
    assert await redis_values.marker() == last_valid
    assert (await redis_values.validate_dense()).faults == ()


async def test_a_mended_range_grows_again(redis_values: RedisValues, eye: redis.Redis) -> None:
    """The next extension computes what was cut off."""
    await redis_values.extend_dense(-1, FIRST)
    eye.hset(ValueKeys("{fiblab:test}").dense, "4", "wrong")

    marker = (await redis_values.validate_dense()).marker

    assert await redis_values.extend_dense(marker, FIRST[marker + 1 :]) == 10
    assert await redis_values.get_many(range(11)) == dict(enumerate(FIRST))


async def test_a_range_that_moved_meanwhile_is_not_cut_back(
    redis_values: RedisValues, connection: Connection, keys: ValueKeys, eye: redis.Redis
) -> None:
    """What was read and found wrong may have been mended and extended by another worker."""
    await redis_values.extend_dense(-1, FIRST)
    places = (keys.dense, keys.marker)

    assert await REPAIR_DENSE.run(connection, places, ["7", 3, 4, 5, 6, 7]) == 0
    assert contents(eye, keys) == dict(enumerate(FIRST))


async def test_repairing_twice_is_repairing_once(
    redis_values: RedisValues, connection: Connection, keys: ValueKeys, eye: redis.Redis
) -> None:
    """A repetition after a lost reply is told that all is as wanted, down to nothing at all."""
    await redis_values.extend_dense(-1, FIRST[:6])
    places = (keys.dense, keys.marker)

    cut = [await REPAIR_DENSE.run(connection, places, ["5", 3, 4, 5]) for _ in range(2)]
    assert contents(eye, keys) == dict(enumerate(FIRST[:4]))
    cleared = [await REPAIR_DENSE.run(connection, places, ["3", -1, 0, 1, 2, 3]) for _ in range(2)]

    assert (cut, cleared) == ([1, 1], [1, 1])
    assert eye.exists(keys.dense, keys.marker) == 0


async def test_extending_twice_is_extending_once(
    redis_values: RedisValues, keys: ValueKeys, eye: redis.Redis
) -> None:
    """A repetition after a lost reply finds the marker moved, and writes nothing."""
    moved = [await redis_values.extend_dense(-1, FIRST) for _ in range(2)]

    assert moved == [10, 10]
    assert contents(eye, keys) == dict(enumerate(FIRST))

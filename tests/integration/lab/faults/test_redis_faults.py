"""Each fault of Redis strikes a real one, and is undone."""

import asyncio
import random

import pytest
from redis.exceptions import NoScriptError, OutOfMemoryError

from fiblab.lab.faults.fault import NotReached
from fiblab.lab.faults.redis_faults import (
    TAIL_BYTES,
    VALUE_KEYS,
    MissingDenseValue,
    RedisFrozen,
    RedisFull,
    RedisKilled,
    RedisPaused,
    RedisTruncated,
    RedisWiped,
    ScriptsFlushed,
    WrongDenseValue,
    WrongMarker,
    WrongValue,
)

from .small_system import SmallSystem


def dice() -> random.Random:
    """Give chance that is the same each time."""
    return random.Random(7)  # noqa: S311 - draws faults, guards nothing


async def test_a_killed_redis_comes_back_with_what_it_wrote_down(system: SmallSystem) -> None:
    """Another process on the same port; what reached the file is there."""
    pid, fault = system.redis.process.pid, RedisKilled()
    async with system.admin as client:
        await client.set("key", "written")
    await _has_written(system, b"written")
    await fault.inject(system)
    assert not system.redis.process.is_running
    await fault.heal(system)
    assert system.redis.process.pid != pid
    async with system.admin as client:
        assert await client.get("key") == "written"


async def test_a_truncated_file_loses_its_end_and_no_more(system: SmallSystem) -> None:
    """Redis comes back with an unbroken beginning of what was written."""
    async with system.admin as client:
        for number in range(4_000):
            await client.rpush("numbers", number)
    await _has_written(system, b"\r\n3999\r\n")
    before, fault = len(_append_only(system)), RedisTruncated(dice())
    await fault.inject(system)
    assert before - TAIL_BYTES <= len(_append_only(system)) < before
    await fault.heal(system)
    async with system.admin as client:
        left = await client.lrange("numbers", 0, -1)
    assert 0 < len(left) < 4_000
    assert left == [str(number) for number in range(len(left))]


async def _has_written(system: SmallSystem, text: bytes) -> None:
    while text not in _append_only(system):  # noqa: ASYNC110 - a file sets no event
        await asyncio.sleep(0.01)


def _append_only(system: SmallSystem) -> bytes:
    """Read the part of the file that is written just now."""
    files = system.redis.append_only_folder.glob("*.incr.aof")
    return max(files, key=lambda file: int(file.name.split(".")[-3])).read_bytes()


async def test_a_wiped_redis_is_empty(system: SmallSystem) -> None:
    """Queue, values and all."""
    async with system.admin as client:
        await client.set("key", "x")
        await RedisWiped().inject(system)
        assert await client.dbsize() == 0


async def test_a_full_redis_refuses_writes_until_it_is_healed(system: SmallSystem) -> None:
    """The limit that was there before is there again."""
    fault = RedisFull(0)
    async with system.admin as client:
        limit = await client.config_get("maxmemory")
        await fault.inject(system)
        with pytest.raises(OutOfMemoryError):
            await client.set("key", "x")
        await fault.heal(system)
        await client.set("key", "x")
        assert await client.config_get("maxmemory") == limit


async def test_a_paused_redis_answers_when_the_time_is_over(system: SmallSystem) -> None:
    """A command that comes meanwhile is late, not lost."""
    async with system.admin as client:
        await client.ping()
        pause = asyncio.create_task(RedisPaused(0.3).inject(system))
        while not pause.done():
            await client.set("key", "x")
        await pause
        assert (await client.info("clients"))["blocked_clients"] == 0


async def test_a_frozen_redis_goes_on_when_it_is_healed(system: SmallSystem) -> None:
    """It is the same process, and has forgotten nothing."""
    pid, fault = system.redis.process.pid, RedisFrozen(0)
    async with system.admin as client:
        await client.set("key", "x")
        await fault.inject(system)
        answer = asyncio.ensure_future(client.get("key"))
        done, _ = await asyncio.wait([answer], timeout=0.05)
        assert not done
        await fault.heal(system)
        assert await answer == "x"
    assert system.redis.process.pid == pid


async def test_flushed_scripts_are_unknown(system: SmallSystem) -> None:
    """Whoever sends a digest is told so."""
    async with system.admin as client:
        digest = await client.script_load("return 1")
        await ScriptsFlushed().inject(system)
        with pytest.raises(NoScriptError):
            await client.evalsha(digest, 0)


async def test_corruptions_change_just_what_they_name(system: SmallSystem) -> None:
    """A wrong and a missing dense value, and a marker that is no number."""
    async with system.admin as client:
        await client.hset(VALUE_KEYS.dense, mapping={"5": "5", "6": "8", "7": "13"})
        await client.set(VALUE_KEYS.marker, "7")
        await WrongDenseValue(5).inject(system)
        await MissingDenseValue(6).inject(system)
        await WrongMarker("nan").inject(system)
        dense = await client.hgetall(VALUE_KEYS.dense)
        assert dense["5"] != "5"
        assert dense.keys() == {"5", "7"}
        assert await client.get(VALUE_KEYS.marker) == "nan"


async def test_a_wrong_value_keeps_its_time_to_live(system: SmallSystem) -> None:
    """Only one that is there is replaced: a fault must not leave keys that never expire."""
    with pytest.raises(NotReached):
        await WrongValue(dice()).inject(system)
    async with system.admin as client:
        await client.set(VALUE_KEYS.large(20_000), "right", ex=100)
        await WrongValue(dice()).inject(system)
        assert await client.get(VALUE_KEYS.large(20_000)) != "right"
        assert 0 < await client.ttl(VALUE_KEYS.large(20_000)) <= 100

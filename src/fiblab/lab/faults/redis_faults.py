"""What befalls Redis: killed, its file cut, emptied, full, mute, or holding what is wrong."""

import asyncio
import random
from pathlib import Path

from fiblab.lab.faults.fault import Fault, NotReached, Surroundings
from fiblab.queue import Keys
from fiblab.storage import ValueKeys

#: Bytes at the end of the append-only file within which it is cut.
TAIL_BYTES = 64 * 1024

#: Keys of the values.
VALUE_KEYS = ValueKeys(Keys().tag)
#: Matches those beyond the dense range.
EVERY_VALUE = f"{VALUE_KEYS.large_prefix}*"


class _RedisFault(Fault):
    @property
    def target(self) -> str:
        return "redis"


class RedisKilled(_RedisFault):
    """SIGKILL and a new start; up to a second of acknowledged writes may be gone."""

    row = "Redis killed, AOF everysec"
    name = "Redis killed"

    async def inject(self, system: Surroundings) -> None:
        """Kill it."""
        system.redis.process.kill()

    async def heal(self, system: Surroundings) -> None:
        """Start it again, from its file."""
        if not system.redis.process.is_running:
            system.redis.launch()  # in this thread, with which it would end
        await asyncio.to_thread(system.redis.wait_ready)


class RedisTruncated(RedisKilled):
    """SIGKILL, and its append-only file ends somewhere within its last 64 KiB."""

    row = "Redis's file cut within its last 64 KiB"
    name = "Redis killed, its file cut"

    def __init__(self, dice: random.Random) -> None:
        self._dice = dice

    async def inject(self, system: Surroundings) -> None:
        """Kill it and cut the file."""
        await super().inject(system)
        file = _newest_increment(system.redis.append_only_folder)
        size = file.stat().st_size
        with file.open("rb+") as stream:
            stream.truncate(self._dice.randint(max(0, size - TAIL_BYTES), size))


class RedisWiped(_RedisFault):
    """FLUSHALL: queue, values and all."""

    row = "Redis wiped"
    name = "FLUSHALL"

    async def inject(self, system: Surroundings) -> None:
        """Empty it."""
        async with system.admin as client:
            await client.flushall()


class RedisFull(_RedisFault):
    """No memory left for what may not be evicted, for a while.

    The limit is below what is in use, so that eviction of values cannot make room for long.
    """

    row = "Redis full"
    name = "maxmemory reached"

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._before: str | None = None

    async def inject(self, system: Surroundings) -> None:
        """Allow less memory than is in use."""
        async with system.admin as client:
            self._before = (await client.config_get("maxmemory"))["maxmemory"]
            await client.config_set("maxmemory", "1")
        await asyncio.sleep(self._seconds)

    async def heal(self, system: Surroundings) -> None:
        """Allow what was allowed before."""
        if self._before is not None:
            async with system.admin as client:
                await client.config_set("maxmemory", self._before)


class RedisPaused(_RedisFault):
    """CLIENT PAUSE: it takes commands and answers none for a while."""

    row = "Redis stalls"
    name = "CLIENT PAUSE"

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    async def inject(self, system: Surroundings) -> None:
        """Let all commands wait for the time."""
        async with system.admin as client:
            await client.client_pause(round(self._seconds * 1_000))
        await asyncio.sleep(self._seconds)


class RedisFrozen(_RedisFault):
    """SIGSTOP for a while."""

    row = "Redis stalls"
    name = "Redis frozen"

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    async def inject(self, system: Surroundings) -> None:
        """Freeze it for the time."""
        system.redis.process.freeze()
        await asyncio.sleep(self._seconds)

    async def heal(self, system: Surroundings) -> None:
        """Let it go on."""
        system.redis.process.thaw()


class ScriptsFlushed(_RedisFault):
    """SCRIPT FLUSH: no script is known any more."""

    row = "Scripts flushed"
    name = "SCRIPT FLUSH"

    async def inject(self, system: Surroundings) -> None:
        """Forget all scripts."""
        async with system.admin as client:
            await client.script_flush()


class WrongValue(_RedisFault):
    """A cached value is replaced by a number that it is not."""

    row = "Corrupt cache"
    name = "wrong value"

    def __init__(self, dice: random.Random) -> None:
        self._dice = dice

    async def inject(self, system: Surroundings) -> None:
        """Overwrite one value beyond the dense range, with its time to live."""
        async with system.admin as client:
            for cursor in (self._dice.randrange(1 << 16), 0):  # the first may lie behind them all
                _, keys = await client.scan(cursor, match=EVERY_VALUE, count=500)
                if keys:
                    await client.set(self._dice.choice(keys), "1234567890", xx=True, keepttl=True)
                    return
        raise NotReached("no value beyond the dense range was cached")


class WrongDenseValue(_RedisFault):
    """A value of the dense range is replaced by a number that it is not."""

    row = "Corrupt cache"
    name = "wrong dense value"

    def __init__(self, index: int) -> None:
        self._index = index

    async def inject(self, system: Surroundings) -> None:
        """Overwrite it, or put a wrong one where there is none."""
        async with system.admin as client:
            await client.hset(VALUE_KEYS.dense, str(self._index), "999999999999")


class MissingDenseValue(_RedisFault):
    """A value that the marker promises is missing."""

    row = "Corrupt cache"
    name = "missing dense value"

    def __init__(self, index: int) -> None:
        self._index = index

    async def inject(self, system: Surroundings) -> None:
        """Delete it; the marker stays."""
        async with system.admin as client:
            await client.hdel(VALUE_KEYS.dense, str(self._index))


class WrongMarker(_RedisFault):
    """The dense range's marker names an index that it does not reach, or no number at all."""

    row = "Corrupt cache"
    name = "wrong marker"

    def __init__(self, marker: str) -> None:
        self._marker = marker

    async def inject(self, system: Surroundings) -> None:
        """Overwrite the marker."""
        async with system.admin as client:
            await client.set(VALUE_KEYS.marker, self._marker)


def _newest_increment(folder: Path) -> Path:
    """Find the part of the append-only file that is written last."""
    files = sorted(folder.glob("*.incr.aof"), key=_sequence_number)
    if not files:
        raise NotReached(f"{folder} holds no append-only file")
    return files[-1]


def _sequence_number(file: Path) -> int:
    """Read the 7 out of `appendonly.aof.7.incr.aof`."""
    return int(file.name.split(".")[-3])

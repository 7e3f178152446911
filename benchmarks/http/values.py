"""The values that all sides read: F(0) to F(1000) in the one hash where our worker keeps them."""

import asyncio

from fiblab.bootstrap.queue import build_keys
from fiblab.fibonacci import fibonacci_text
from fiblab.redis import Address, Connection
from fiblab.storage import ValueKeys

#: As in load.lua, and the default end of the dense range.
LARGEST = 1_000


def value_keys() -> ValueKeys:
    """Name the keys of values as the server does."""
    return ValueKeys(build_keys().tag)


def put(redis_url: str) -> None:
    """Store the values."""
    asyncio.run(_put(redis_url))


async def _put(redis_url: str) -> None:
    redis = Connection(Address.parse(redis_url), name="benchmark")
    await redis.connect()
    pairs = [part for index in range(LARGEST + 1) for part in (index, fibonacci_text(index))]
    await redis.execute("HSET", value_keys().dense, *pairs)
    await redis.close()

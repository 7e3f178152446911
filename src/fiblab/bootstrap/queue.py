"""The queue as the settings say: its address, its keys, its numbers."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from fiblab.config import QueueSettings
from fiblab.queue import EventStream, Keys, Policy, Queue
from fiblab.queue.event_stream import FOLLOW_S
from fiblab.redis import Address, Connection

OpenEventStream = Callable[[], AbstractAsyncContextManager[EventStream]]


@asynccontextmanager
async def open_queue(settings: QueueSettings, name: str) -> AsyncIterator[Queue]:
    """Build the queue alone, for a tool that looks into it; raises RedisError at once."""
    redis = Connection(address_of(settings), name=name)
    await redis.connect()
    try:
        yield build_queue(redis, settings)
    finally:
        await redis.close()


@asynccontextmanager
async def open_event_stream(settings: QueueSettings) -> AsyncIterator[EventStream]:
    """Connect to follow the event stream; raises RedisError at once."""
    name, reply_timeout = "fiblab-server-events", FOLLOW_S + 2.0
    redis = Connection(address_of(settings), name=name, reply_timeout=reply_timeout)
    await redis.connect()
    try:
        yield EventStream(redis, build_keys())
    finally:
        await redis.close()


def build_keys() -> Keys:
    """Name the keys of the one partition that there is."""
    return Keys()


def build_queue(redis: Connection, settings: QueueSettings) -> Queue:
    """Give the queue its numbers."""
    policy = Policy(
        visibility_timeout_ms=_ms(settings.visibility_timeout_s),
        max_attempts=settings.max_attempts,
        bound=settings.queue_bound,
        backoff_base_ms=_ms(settings.backoff_base_s),
        backoff_cap_ms=_ms(settings.backoff_cap_s),
        event_cap=settings.event_cap,
        dead_letter_cap=settings.dead_letter_cap,
    )
    return Queue(redis, build_keys(), policy)


def _ms(seconds: float) -> int:
    return max(1, round(seconds * 1_000))


def address_of(settings: QueueSettings) -> Address:
    """Say where Redis is."""
    return Address.parse(settings.redis_url.get_secret_value())

"""Builds each service's clients once, and closes them in reverse order.

Nothing below this module reads a setting; nothing above it builds a client. A store
that is away at the start is waited for, for as long as `START_PATIENCE_S` says.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

import asyncpg
import stamina
import structlog

from fiblab.bootstrap.queue import (
    OpenEventStream,
    address_of,
    build_keys,
    build_queue,
    open_event_stream,
)
from fiblab.config import FibonacciSettings, QueueSettings, ServerSettings, WorkerSettings
from fiblab.observability.logs import Category
from fiblab.queue import EventStream, Queue
from fiblab.queue.wake import POLL_SECONDS
from fiblab.redis import Connection, RedisError
from fiblab.storage import (
    POSTGRES_ERRORS,
    Ledger,
    LedgerUnavailable,
    OnCorrupt,
    OpenRequests,
    PostgresValues,
    RedisValues,
    RememberedValues,
    Requests,
    ValueKeys,
    Values,
    is_unbounded,
    refuse_unfit,
)

#: Seconds a starting service waits for its stores: `up` and Kubernetes start all at once.
START_PATIENCE_S = 30.0
#: Seconds for any statement of the pool, below a request's deadline; the ledger has its own limit.
STATEMENT_TIMEOUT_S = 2.0
#: Connections for reads; the ledger's single one carries the load.
POOL_SIZE = 4
#: Seconds for a long value's reply: 200 MB over a slow network.
BULK_REPLY_TIMEOUT_S = 30.0

Started = TypeVar("Started")
OnCommit = Callable[[int, float], None]

_log = structlog.get_logger()

STORE_ERRORS = (RedisError, LedgerUnavailable, *POSTGRES_ERRORS)


@dataclass(frozen=True, slots=True)
class TierOptions:
    """What distinguishes the value tiers of a server from those of a worker."""

    remembered_bytes: int
    on_corrupt: OnCorrupt


@dataclass(frozen=True, slots=True)
class ServerParts:
    """What an HTTP server works with."""

    settings: ServerSettings
    redis: Connection
    queue: Queue
    events: EventStream
    """To look into; it blocks nobody."""
    open_events: OpenEventStream
    """To follow, over a connection that is opened for it."""
    value_keys: ValueKeys
    values: Values
    ledger: Ledger
    requests: Requests
    pool: asyncpg.Pool


@dataclass(frozen=True, slots=True)
class WorkerParts:
    """What a worker works with."""

    settings: WorkerSettings
    redis: Connection
    blocking: Connection
    queue: Queue
    values: Values
    open_requests: OpenRequests


@asynccontextmanager
async def open_server_parts(
    settings: ServerSettings,
    *,
    on_commit: OnCommit = lambda _callers, _seconds: None,
    on_corrupt: OnCorrupt = lambda _index, _tier, _reason: None,
) -> AsyncIterator[ServerParts]:
    """Build a server's parts; the callbacks are told of commits and of corrupt values.

    Raises UnfitRedis, and what its clients raise where a store stays away.
    """
    async with AsyncExitStack() as stack:
        redis = await _connect_redis(stack, settings, "fiblab-server")
        await _inspect(redis)
        pool = await _connect_postgres(stack, settings)
        tiers = TierOptions(settings.remembered_values_bytes, on_corrupt)
        values = await _open_values(stack, settings, redis, pool, tiers)
        ledger = await _open_ledger(stack, settings, on_commit)
        yield ServerParts(
            settings=settings,
            redis=redis,
            queue=build_queue(redis, settings),
            events=EventStream(redis, build_keys()),
            open_events=partial(open_event_stream, settings),
            value_keys=ValueKeys(build_keys().tag),
            values=values,
            ledger=ledger,
            requests=Requests(pool),
            pool=pool,
        )


@asynccontextmanager
async def open_worker_parts(
    settings: WorkerSettings,
    *,
    on_corrupt: OnCorrupt = lambda _index, _tier, _reason: None,
) -> AsyncIterator[WorkerParts]:
    """Build a worker's parts; the callback is told of corrupt values. Raises as for a server."""
    async with AsyncExitStack() as stack:
        redis = await _connect_redis(stack, settings, "fiblab-worker")
        await _inspect(redis)
        blocking = await _connect_redis(
            stack, settings, "fiblab-worker-wake", reply_timeout=POLL_SECONDS + 2.0
        )
        pool = await _connect_postgres(stack, settings)
        yield WorkerParts(
            settings=settings,
            redis=redis,
            blocking=blocking,
            queue=build_queue(redis, settings),
            # Remembers nothing: a worker computes each value once and hands it on.
            values=await _open_values(stack, settings, redis, pool, TierOptions(0, on_corrupt)),
            open_requests=OpenRequests(pool),
        )


async def _patiently(start: Callable[[], Awaitable[Started]]) -> Started:
    """Start a client whose store may still be starting itself."""
    async for attempt in stamina.retry_context(
        on=STORE_ERRORS, timeout=START_PATIENCE_S, attempts=None, wait_max=1.0
    ):
        with attempt:
            return await start()
    raise AssertionError("stamina raises the last error when its time is up")


async def _connect_redis(
    stack: AsyncExitStack, settings: QueueSettings, name: str, *, reply_timeout: float = 2.0
) -> Connection:
    redis = Connection(address_of(settings), name=name, reply_timeout=reply_timeout)
    await _patiently(redis.connect)
    stack.push_async_callback(redis.close)
    return redis


async def _inspect(redis: Connection) -> None:
    """Refuse a Redis that may delete jobs, and warn of one that may fill its machine's memory."""
    await refuse_unfit(redis)
    if await is_unbounded(redis):
        advice = "set maxmemory, and maxmemory-policy volatile-lru"
        _log.warning("redis without maxmemory", category=Category.DEPENDENCY, advice=advice)


async def _connect_postgres(stack: AsyncExitStack, settings: FibonacciSettings) -> asyncpg.Pool:
    async def start() -> asyncpg.Pool:
        return await asyncpg.create_pool(
            settings.postgres_url.get_secret_value(),
            min_size=1,
            max_size=POOL_SIZE,
            command_timeout=STATEMENT_TIMEOUT_S,
        )

    pool = await _patiently(start)
    stack.callback(pool.terminate)  # a farewell would wait for a server that may be gone
    return pool


async def _open_ledger(
    stack: AsyncExitStack, settings: ServerSettings, on_commit: OnCommit
) -> Ledger:
    async def connect() -> asyncpg.Connection:
        return await asyncpg.connect(settings.postgres_url.get_secret_value())

    ledger = Ledger(connect, on_commit=on_commit)
    await _patiently(ledger.start)
    stack.push_async_callback(ledger.close)
    return ledger


async def _open_values(
    stack: AsyncExitStack,
    settings: FibonacciSettings,
    redis: Connection,
    pool: asyncpg.Pool,
    tiers: TierOptions,
) -> Values:
    """Build the tiers; long values get a connection of their own, so that they hold up nobody."""
    bulk = await _connect_redis(stack, settings, "fiblab-bulk", reply_timeout=BULK_REPLY_TIMEOUT_S)
    in_redis = RedisValues(
        redis,
        bulk,
        ValueKeys(build_keys().tag),
        dense_max_index=settings.dense_max_index,
        ttl_s=settings.value_ttl_s,
        on_corrupt=tiers.on_corrupt,
    )
    in_postgres = PostgresValues(
        pool, above_index=settings.light_max_index, on_corrupt=tiers.on_corrupt
    )
    remembered = RememberedValues(tiers.remembered_bytes)
    return Values(remembered, in_redis, in_postgres, on_unavailable=_tell_of_missing_tier)


def _tell_of_missing_tier(error: Exception) -> None:
    """Log that a long value went without PostgreSQL: it may have to be computed again."""
    _log.warning("values without postgres", category=Category.DEPENDENCY, error=repr(error))

"""A real server on real stores, and a hand in the place of the worker."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

import gmpy2
import httpx
import psycopg
import pytest
import uvicorn
from pydantic import SecretStr

from fiblab.bootstrap import ServerParts, open_server_parts
from fiblab.config import ServerSettings
from fiblab.embedded import EmbeddedStack
from fiblab.queue import Claimant, Failure
from fiblab.server.app import build_app
from fiblab.server.drain import Drain
from fiblab.server.openapi import Limits, build_document
from fiblab.server.run import uvicorn_config
from fiblab.server.surroundings import Surroundings
from fiblab.server.wire import INLINE_DIGITS_LIMIT
from fiblab.storage.migrate import apply

from .conformance import Conformance

#: Far more than any test waits for anything.
PATIENCE_S = 20.0


def fibonacci(index: int) -> str:
    """Compute F(index) independently of the code under test."""
    return str(gmpy2.fib(index).digits())


class ListeningServer(uvicorn.Server):
    """uvicorn's server, which says when it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = asyncio.Event()
        self.told_to_stop = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, and say so."""
        await super().startup(sockets)
        self.listening.set()

    async def main_loop(self) -> None:
        """Run until told to stop, without looking ten times a second."""
        await self.on_tick(0)  # sets the Date header
        await self.told_to_stop.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop without uvicorn's pauses: how it really ends is for the tests of the process."""
        assert sockets is None
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        await asyncio.gather(*self.server_state.tasks)
        await self.lifespan.shutdown()


class WatchedDrain(Drain):
    """A drain that says when an answer is being held."""

    def __init__(self) -> None:
        super().__init__()
        self.held = asyncio.Event()

    async def wait(self, seconds: float) -> bool:
        """Wait as any drain does; whoever waits holds an answer."""
        self.held.set()
        return await super().wait(seconds)


@dataclass
class RunningServer:
    """A server that listens, with what it is made of."""

    client: httpx.AsyncClient
    host: str
    port: int
    parts: ServerParts
    drain: WatchedDrain

    async def store(self, index: int, text: str | None = None) -> None:
        """Put a value into Redis, as a worker does; a wrong one too."""
        text = fibonacci(index) if text is None else text
        keys, execute = self.parts.value_keys, self.parts.redis.execute
        if index <= self.parts.settings.dense_max_index:
            await execute("HSET", keys.dense, index, text)
        elif len(text) <= INLINE_DIGITS_LIMIT:
            await execute("SET", keys.large(index), text)
        else:
            await self.parts.values.redis.put({index: text})

    async def work(self) -> list[int]:
        """Do all jobs that wait, as a worker does; tells which."""
        claimant = Claimant.fresh("test", ("light", "heavy"))
        jobs = await self.parts.queue.claim(claimant, 10_000)
        for job in jobs:
            await self.store(int(job.id))
        await self.parts.queue.complete([job.lease for job in jobs])
        return [int(job.id) for job in jobs]

    async def give_up(self, detail: str) -> None:
        """Let every job that waits fail for good."""
        claimant = Claimant.fresh("test", ("light", "heavy"))
        for job in await self.parts.queue.claim(claimant, 100):
            await self.parts.queue.fail(job.lease, Failure("test", detail, retryable=False))

    @asynccontextmanager
    async def hold(self, address: str) -> AsyncIterator[asyncio.Task[httpx.Response]]:
        """Let an answer be held by `Prefer: wait` until the block ends."""
        asked = asyncio.create_task(self.client.get(address, headers={"Prefer": "wait=20"}))
        await self.drain.held.wait()
        yield asked
        self.drain.begin()
        await asked

    async def spend_limit(self, client: str = "127.0.0.1") -> None:
        """Let a client have spent all that it may ask for, until long after the test."""
        later_us = (time.time_ns() // 1_000) + 10**12
        await self.parts.redis.execute("SET", f"{{fiblab:0}}:rate:{client}", later_us)

    async def waiting_jobs(self) -> int:
        """Count the jobs that wait."""
        return sum((await self.parts.queue.depth()).ready.values())

    async def rows(self) -> list[tuple[str, int]]:
        """Read the ledger."""
        rows = await self.parts.pool.fetch(
            "select request_id, index from request_ledger order by 1"
        )
        return [(row["request_id"], row["index"]) for row in rows]

    async def count(self, index: int) -> int:
        """Read how often an index was counted."""
        return await self.parts.requests.count(index)


def document_of(settings: ServerSettings) -> dict[str, Any]:
    """Give the OpenAPI document that a server with these settings serves."""
    return build_document(
        Limits(settings.max_index, settings.range_limit, int(settings.wait_limit_s))
    )


Start = Callable[..., AbstractAsyncContextManager[RunningServer]]


@pytest.fixture(scope="session")
def schema_url(stack: EmbeddedStack) -> str:
    """Give one database for all tests of the server: making one for each would take longer."""
    apply(stack.postgres_url)
    return stack.postgres_url


@pytest.fixture
def settings(redis_url: str, schema_url: str) -> ServerSettings:
    """Give settings for emptied stores."""
    with psycopg.connect(schema_url, autocommit=True) as connection:
        connection.execute("truncate request_ledger, request_count, fibonacci_value")
    return ServerSettings(
        redis_url=SecretStr(redis_url), postgres_url=SecretStr(schema_url), port=0
    )


@asynccontextmanager
async def running(settings: ServerSettings) -> AsyncIterator[RunningServer]:
    """Run a server in this process."""
    drain = WatchedDrain()
    surroundings = replace(Surroundings.make(), drain=drain)
    async with AsyncExitStack() as stack:
        parts = await stack.enter_async_context(open_server_parts(settings))
        server = ListeningServer(uvicorn_config(settings, build_app(parts, surroundings)))
        task = asyncio.create_task(server.serve())
        try:
            async with asyncio.timeout(PATIENCE_S):
                await server.listening.wait()
            host, port = server.servers[0].sockets[0].getsockname()
            client = await stack.enter_async_context(
                httpx.AsyncClient(
                    base_url=f"http://{host}:{port}",
                    timeout=PATIENCE_S,
                    verify=False,  # noqa: S501 - no TLS here; reading certificates takes longest
                    event_hooks={"response": [Conformance(document_of(settings)).check]},
                )
            )
            yield RunningServer(client, host, port, parts, drain)
        finally:
            drain.begin()
            server.told_to_stop.set()
            await task


@pytest.fixture
def start(settings: ServerSettings) -> Start:
    """Start servers with some settings changed."""

    def start_with(**changes: Any) -> AbstractAsyncContextManager[RunningServer]:
        return running(settings.model_copy(update=changes))

    return start_with


@pytest.fixture
async def server(start: Start) -> AsyncIterator[RunningServer]:
    """Run one with the default settings."""
    async with start() as started:
        yield started

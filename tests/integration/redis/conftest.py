"""Real redis-servers for the client's tests, and both event loops that the project runs on."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import TypeAlias

import pytest
import uvloop

from fiblab.redis import Address, Connection, ReplyLost

from .proxy import CuttingProxy
from .server import RedisServer

StartServer: TypeAlias = Callable[..., RedisServer]
Connect: TypeAlias = Callable[..., "contextlib.AbstractAsyncContextManager[Connection]"]


def pytest_asyncio_loop_factories() -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Run each test on asyncio's own loop and on uvloop: their transports differ."""
    return {"asyncio": asyncio.new_event_loop, "uvloop": uvloop.new_event_loop}


@pytest.fixture
def start_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StartServer]:
    """Start any number of servers with options of one's own; all are killed at the end."""
    servers: list[RedisServer] = []

    def start(*options: str) -> RedisServer:
        server = RedisServer(tmp_path_factory.mktemp("redis"), *options)
        servers.append(server)
        server.start()
        return server

    yield start
    for server in servers:
        server.kill()


@pytest.fixture
def server(start_server: StartServer) -> RedisServer:
    """Give one server to this test alone, since many of them break it."""
    return start_server()


@contextlib.asynccontextmanager
async def connected(address: Address, **options: float) -> AsyncIterator[Connection]:
    """Open a connection, and close it whatever happens."""
    connection = Connection(address, name="test", **options)  # type: ignore[arg-type] # int or float
    await connection.connect()
    try:
        yield connection
    finally:
        await connection.close()


@pytest.fixture
async def connection(server: RedisServer) -> AsyncIterator[Connection]:
    """Give a connection to `server`."""
    async with connected(unix_address(server.socket)) as opened:
        yield opened


@pytest.fixture
async def proxy(server: RedisServer) -> AsyncIterator[CuttingProxy]:
    """Give a proxy before `server`."""
    async with CuttingProxy.before(server.socket) as running:
        yield running


async def crash(server: RedisServer, connection: Connection) -> None:
    """Kill the server while it owes the connection a reply; returns when the loss is noticed."""
    owed = connection.execute("BLPOP", "nothing", 0)
    await asyncio.sleep(0)  # lets the command leave
    server.kill()
    with pytest.raises(ReplyLost):
        await owed


def unix_address(socket: Path) -> Address:
    """Name a server by its socket."""
    return Address(unix_path=str(socket))

"""What other servers say to our greeting, byte for byte, from a socket that says just that.

Servers that no test machine has: an old Redis, one in protected mode, something that is no Redis.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest

from fiblab.redis import Address, Connection, Refused, Unavailable

SECRET = "hunter2"  # noqa: S105 - what must not be seen


@contextlib.asynccontextmanager
async def answering(text: bytes) -> AsyncIterator[Address]:
    """Listen on a free port, and answer the first words of each client with `text`."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(text)
        await writer.drain()
        while await reader.read(1_024):
            pass
        writer.close()
        await writer.wait_closed()
        gone.set()

    gone = asyncio.Event()
    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        yield Address(host="127.0.0.1", port=port, password=SECRET)
        await gone.wait()


async def refusal(text: bytes) -> Unavailable:
    """Connect to who answers so, and return why that fails."""
    async with answering(text) as address:
        with pytest.raises(Unavailable) as caught:
            await Connection(address, name="test").connect()
    return caught.value


async def test_old_server_is_refused_without_the_password() -> None:
    """Redis 5 quotes the password in its error: our error says the version needed, not that."""
    quoting = f"-ERR unknown command `HELLO`, with args beginning with: `2`, `default`, `{SECRET}`"
    error = await refusal(quoting.encode() + b"\r\n-NOAUTH Authentication required.\r\n")
    assert isinstance(error, Refused)
    assert "Redis 7.0 or newer" in str(error)
    assert SECRET not in repr(error)


async def test_version_6_is_refused() -> None:
    """A server that knows HELLO but is older than the scripts is Refused with its version."""
    hello = b"*4\r\n$6\r\nserver\r\n$5\r\nredis\r\n$7\r\nversion\r\n$6\r\n6.2.14\r\n"
    error = await refusal(hello + b"+PONG\r\n")
    assert isinstance(error, Refused)
    assert "6.2.14" in str(error)


async def test_loading_server_is_not_ready() -> None:
    """A server that still loads its data accepts the login and refuses PING: not ready yet."""
    hello = b"*2\r\n$7\r\nversion\r\n$5\r\n7.0.0\r\n"
    error = await refusal(hello + b"-LOADING Redis is loading the dataset in memory\r\n")
    assert not isinstance(error, Refused)
    assert "not ready: LOADING" in str(error)


async def test_server_that_is_no_redis_is_unavailable() -> None:
    """An HTTP server on the port is told from Redis by its first byte."""
    error = await refusal(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    assert "not a Redis reply" in str(error)

"""Connections that break at every point: each caller learns what happened, and it recovers."""

import asyncio
from collections.abc import Sequence

import pytest

from fiblab.redis import (
    Address,
    Connection,
    RedisError,
    Reply,
    ReplyLost,
    ReplyTimeout,
    Unavailable,
)

from .conftest import connected, crash, unix_address
from .proxy import Cut, CuttingProxy
from .server import RedisServer

#: Seconds until a test of recovery gives up; far above the longest back-off.
PATIENCE_S = 30.0


async def outcomes(futures: Sequence[asyncio.Future[Reply]]) -> list[type]:
    """Wait for all, and say of what type each answer or error is."""
    results = await asyncio.gather(*futures, return_exceptions=True)
    return [type(result) for result in results]


def through(proxy: CuttingProxy) -> Address:
    """Name the server behind the proxy."""
    return Address(host="127.0.0.1", port=proxy.port)


@pytest.mark.parametrize(
    ("cut", "ran"), [(Cut.BEFORE_REQUEST, 0), (Cut.BEFORE_REPLY, 1), (Cut.MID_REPLY, 1)]
)
async def test_connection_cut_in_an_exchange_loses_the_reply(
    proxy: CuttingProxy, connection: Connection, cut: Cut, ran: int
) -> None:
    """Wherever it is cut, the caller hears that it may have run, and it is not sent again."""
    await connection.execute("SET", "n", 0)
    async with connected(through(proxy)) as cut_off:
        proxy.arm(cut)
        with pytest.raises(ReplyLost, match="may have run"):
            await cut_off.execute("INCR", "n")
        await cut_off.wait_connected(PATIENCE_S)
        assert await cut_off.execute("GET", "n") == b"%d" % ran


async def test_half_a_reply_is_never_completed_by_the_next_connection(proxy: CuttingProxy) -> None:
    """What arrived of a reply before the cut is forgotten: the next replies are whole."""
    async with connected(through(proxy)) as connection:
        await connection.execute("SET", "digits", "0123456789")
        proxy.arm(Cut.MID_REPLY)
        assert await outcomes([connection.execute("GET", "digits")]) == [ReplyLost]
        await connection.wait_connected(PATIENCE_S)
        assert await connection.execute("ECHO", "whole") == b"whole"


async def test_reply_that_is_not_redis_drops_the_connection(proxy: CuttingProxy) -> None:
    """A protocol error fails all in flight and makes a new connection."""
    async with connected(through(proxy)) as connection:
        proxy.arm(Cut.GARBAGE)
        futures = [connection.execute("PING") for _ in range(3)]
        assert await outcomes(futures) == [ReplyLost] * 3
        await connection.wait_connected(PATIENCE_S)
        assert await connection.execute("PING") == b"PONG"


async def test_frozen_server_times_out_and_recovers(server: RedisServer) -> None:
    """A server that stands still costs each caller ReplyTimeout; once it runs, all is well."""
    async with connected(
        unix_address(server.socket), reply_timeout=0.2, connect_timeout=0.2
    ) as connection:
        server.freeze()
        with pytest.raises(ReplyTimeout, match=r"no reply within 0\.2 s"):
            await connection.execute("PING")
        assert not connection.connected
        with pytest.raises(Unavailable, match="not sent"):
            await connection.execute("PING")
        server.thaw()
        await connection.wait_connected(PATIENCE_S)
        assert await connection.execute("ECHO", "back") == b"back"


async def test_only_the_late_are_called_late(server: RedisServer) -> None:
    """When a late reply ends the connection, a younger command is lost but not timed out."""
    async with connected(unix_address(server.socket), reply_timeout=0.4) as connection:
        server.freeze()
        late = connection.execute("PING")
        loop = asyncio.get_running_loop()
        young: asyncio.Future[asyncio.Future[Reply]] = loop.create_future()
        loop.call_later(0.2, lambda: young.set_result(connection.execute("PING")))
        assert await outcomes([late, await young]) == [ReplyTimeout, ReplyLost]
        server.thaw()


async def test_killed_server_recovers(server: RedisServer) -> None:
    """After SIGKILL commands fail as unsent; after a restart the same connection serves again."""
    async with connected(unix_address(server.socket)) as connection:
        await crash(server, connection)
        assert await outcomes([connection.execute("PING")]) == [Unavailable]
        with pytest.raises(Unavailable, match="no connection"):
            await connection.wait_connected(0.01)
        server.start()
        await connection.wait_connected(PATIENCE_S)
        assert await connection.execute("PING") == b"PONG"


async def test_command_of_the_same_tick_as_the_loss_is_definite(server: RedisServer) -> None:
    """A command still held back when the connection ends is reported as not sent."""
    async with connected(unix_address(server.socket)) as connection:
        sent = connection.execute("BLPOP", "nothing", 0)
        await asyncio.sleep(0)  # lets the first leave
        unsent = connection.execute("SET", "key", "value")
        await connection.close()
        assert await outcomes([sent, unsent]) == [ReplyLost, Unavailable]


async def test_server_that_does_not_read_is_not_fed_without_end(server: RedisServer) -> None:
    """Past the bound on waiting bytes commands are refused, as definitely not sent."""
    limit = 1_000_000
    async with connected(unix_address(server.socket), waiting_bytes_limit=limit) as connection:
        server.freeze()
        refused: RedisError | None = None
        accepted: list[asyncio.Future[Reply]] = []
        while refused is None and len(accepted) < 1_000:
            future = connection.execute("SET", "key", bytes(100_000))
            await asyncio.sleep(0)  # one tick each: the transport, not the tick, is what fills
            if future.done() and isinstance(error := future.exception(), Unavailable):
                refused = error
            else:
                accepted.append(future)
        server.thaw()
        assert refused is not None
        assert "bytes already wait" in str(refused)
        assert set(await asyncio.gather(*accepted)) == {b"OK"}
        assert await connection.execute("PING") == b"PONG"


async def test_one_tick_is_bounded_as_well(server: RedisServer) -> None:
    """The bound holds within one tick, before anything could reach the transport."""
    async with connected(unix_address(server.socket), waiting_bytes_limit=1_000_000) as connection:
        futures = [connection.execute("SET", "key", bytes(100_000)) for _ in range(100)]
        kinds = await outcomes(futures)
    assert kinds == [bytes] * 10 + [Unavailable] * 90


async def test_unreachable_server_is_unavailable(server: RedisServer) -> None:
    """A first connection to nobody raises Unavailable, and leaves nothing in the background."""
    server.kill()
    connection = Connection(unix_address(server.socket), name="test")
    before = asyncio.all_tasks()
    with pytest.raises(Unavailable, match="cannot reach Redis"):
        await connection.connect()
    assert asyncio.all_tasks() == before


async def test_frozen_server_bounds_the_first_connection(server: RedisServer) -> None:
    """A server that accepts and says nothing makes connect() fail within its timeout."""
    server.freeze()
    connection = Connection(unix_address(server.socket), name="test", connect_timeout=0.2)
    with pytest.raises(Unavailable, match=r"no answer within 0\.2 s"):
        await connection.connect()
    server.thaw()


async def test_closed_connection_stays_closed(server: RedisServer) -> None:
    """After close() nothing is sent, nothing reconnects, and a second close() does no harm."""
    connection = Connection(unix_address(server.socket), name="test")
    await connection.connect()
    await connection.close()
    await connection.close()
    with pytest.raises(Unavailable, match="closed"):
        await connection.execute("PING")
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_close_ends_reconnecting(server: RedisServer) -> None:
    """close() while the server is gone ends the background task."""
    async with connected(unix_address(server.socket)) as connection:
        await crash(server, connection)
    assert asyncio.all_tasks() == {asyncio.current_task()}

"""Those who listen: one reader for all of them, and none can hold up another, or the server."""

import asyncio
from contextlib import AsyncExitStack

import pytest

from fiblab.embedded import EmbeddedStack
from fiblab.server.events import feed, listener

from .conftest import PATIENCE_S, RunningServer, Start
from .raw_http import read_answer, request
from .sse_client import EVENTS, listening
from .stream_hand import note, post, readers, shown, until_listeners
from .test_slow_clients import reset, unread

#: Events of a thousand jobs each, 30 KB: more than the kernel takes for who reads none.
TOO_MANY = 200


async def test_without_redis_nobody_begins_to_listen(start: Start, stack: EmbeddedStack) -> None:
    """It is refused, with when to come back."""
    assert stack.redis is not None
    async with start() as server:
        stack.redis.process.kill()
        try:
            answer = await server.client.get(EVENTS)
        finally:
            stack.redis.start()
        assert answer.json()["type"] == "/problems/dependency-unavailable"
        assert answer.headers["retry-after"]


async def test_one_reader_serves_all(server: RunningServer) -> None:
    """Its connection is opened for the first listener, and there is no second one."""
    assert await readers(server) == 0
    async with AsyncExitStack() as stack:
        several = [await stack.enter_async_context(listening(server.client)) for _ in range(3)]
        assert await readers(server) == 1
        await until_listeners(server, 3)
        await post(server, 40)
        told = [await events.next() for events in several]
    assert [event.jobs for event in told] == [[40]] * 3


async def test_the_reader_ends_when_nobody_listens(
    server: RunningServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that nobody watches reads nothing; the next listener is served as the first."""
    monkeypatch.setattr(feed, "LINGER_S", 0.0)
    async with listening(server.client):
        assert await readers(server) == 1
    async with asyncio.timeout(PATIENCE_S):
        while await readers(server):
            await note(server, 1)  # so that it looks whether anybody is left
    async with listening(server.client) as events:
        await post(server, 40)
        assert (await events.next()).jobs == [40]


async def test_only_so_many_listen(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    """One more is refused, with when to come back, until somebody leaves."""
    monkeypatch.setattr(feed, "LISTENERS_LIMIT", 1)
    async with start() as server:
        async with listening(server.client):
            answer = await server.client.get(EVENTS)
            assert (answer.status_code, answer.json()["type"]) == (503, "/problems/overloaded")
            assert answer.headers["retry-after"]
        await until_listeners(server, 0)
        async with listening(server.client):
            pass


async def test_who_goes_away_is_forgotten(
    server: RunningServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where another request was sent ahead: then at the next sign of life."""
    monkeypatch.setattr(listener, "KEEP_ALIVE_S", 0.01)
    for sent in (request("GET", EVENTS), request("GET", EVENTS) + request("GET", "/livez")):
        client = unread(server.port, sent)
        await until_listeners(server, 1)
        reset(client)
        await until_listeners(server, 0)


async def test_who_does_not_read_is_cut_off(
    server: RunningServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its connection ends, what waited for it is let go, and others are told everything."""
    monkeypatch.setattr(listener, "WAITING_LIMIT_BYTES", 4_096)
    with unread(server.port, request("GET", EVENTS)):
        await until_listeners(server, 1)
        async with listening(server.client) as events:
            await until_listeners(server, 2)
            for first in range(TOO_MANY):
                await note(server, *range(first, first + 1_000))
                assert (await events.next()).jobs[0] == first
            await until_listeners(server, 1)


async def test_quiet_streams_show_signs_of_life(
    server: RunningServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A comment now and then, which is no event."""
    monkeypatch.setattr(listener, "KEEP_ALIVE_S", 0.01)
    async with listening(server.client) as events:
        lines = events.response.aiter_lines()
        assert ": still here" in [await anext(lines) for _ in range(6)]


async def test_listeners_are_let_go_when_the_server_drains(server: RunningServer) -> None:
    """The answer ends as any other does, and no new one begins to last."""
    async with listening(server.client) as events:
        server.drain.begin()
        await events.rest()
    async with listening(server.client) as events:
        assert events.response.headers["connection"] == "close"
        await events.rest()


async def test_who_reads_nothing_is_let_go_when_the_server_drains(
    server: RunningServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It cannot be waited for: its connection is cut."""
    monkeypatch.setattr(listener, "WAITING_LIMIT_BYTES", TOO_MANY * 100_000)
    with unread(server.port, request("GET", EVENTS)):
        await until_listeners(server, 1)
        async with listening(server.client) as events:
            for _ in range(TOO_MANY):
                await note(server, *range(1_000))
                await events.next()
        await until_listeners(server, 1)
        server.drain.begin()
        await until_listeners(server, 0)


async def test_a_stream_counts_as_answered_when_it_begins(start: Start) -> None:
    """It takes no place among the requests in flight, and its time is that to its beginning."""
    async with start(in_flight_limit=1) as server:
        async with listening(server.client):
            assert (await server.client.get("/api/v1/queue")).status_code == 200
            assert await shown(server, "fiblab_http_requests_in_flight") == 1  # this very look
            route = r'fiblab_http_request_seconds_count\{method="GET",route="/api/v1/events"\}'
            assert await shown(server, route) == 1
        await until_listeners(server, 0)
        assert await shown(server, route) == 1


async def test_head_is_answered_at_once(server: RunningServer) -> None:
    """It tells what GET would be, listens to nothing, and leaves the connection usable."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(request("HEAD", EVENTS) + request("GET", "/livez"))
    answer = await read_answer(reader, to_head=True)
    assert (answer.status, answer.headers["content-type"]) == (200, "text/event-stream")
    assert (await read_answer(reader)).status == 200
    writer.close()
    assert await readers(server) == 0

"""The stream of events: every transition, to everyone who listens, without a gap or told of one."""

import asyncio
import re
from contextlib import AsyncExitStack

import pytest

from fiblab.embedded import EmbeddedStack
from fiblab.queue import Keys, event_stream
from fiblab.queue.stream_entries import EntryId
from fiblab.server.client_connection import ClientConnection
from fiblab.server.events import feed, listener
from fiblab.server.events.sse import KEEP_ALIVE

from .conftest import PATIENCE_S, RunningServer, Start
from .raw_http import ask, read_answer, request
from .sse_client import EVENTS, listening
from .test_slow_clients import LOOK_S, reset, unread

STREAM = Keys().events
BEGINNING = "0-0"
#: Events of a thousand jobs each, 30 KB: more than the kernel takes for who reads none.
TOO_MANY = 200
#: The name of the connection that is blocked by reading, in CLIENT LIST.
READER = re.compile(rb"\bname=fiblab-server-events\b")


async def post(server: RunningServer, *indices: int) -> None:
    """Ask for numbers, which enqueues their jobs."""
    for index in indices:
        await server.client.post(f"/api/v1/fibonacci/{index}")


async def shown(server: RunningServer, metric: str) -> float:
    """Read a metric, named as a regular expression."""
    answer = await ask(server.port, request("GET", "/metrics"))
    found = re.search(rf"^{metric} (\S+)$", answer.body.decode(), re.MULTILINE)
    assert found is not None
    return float(found[1])


async def until_listeners(server: RunningServer, count: int) -> None:
    """Wait until so many listen."""
    async with asyncio.timeout(PATIENCE_S):
        while await shown(server, "fiblab_event_listeners") != count:  # noqa: ASYNC110 - a metric sets no event
            await asyncio.sleep(LOOK_S)


async def note(server: RunningServer, *indices: int) -> None:
    """Write an entry of the stream, as a script of the queue does."""
    jobs = " ".join(f"{index}/light" for index in indices)
    fields = ("kind", "enqueued", "jobs", jobs, "worker", "")
    await server.parts.redis.execute("XADD", STREAM, "*", *fields)


async def readers(server: RunningServer) -> int:
    """Count the connections that are there to read the stream."""
    clients = await server.parts.redis.execute("CLIENT", "LIST")
    assert isinstance(clients, bytes)
    return len(READER.findall(clients))


async def test_each_transition_is_told(server: RunningServer) -> None:
    """As it happens, with its time, its worker and its jobs, and its id to go on from."""
    async with listening(server.client) as events:
        assert events.response.headers["content-type"] == "text/event-stream"
        assert events.response.headers["cache-control"] == "no-store"
        await post(server, 40)
        await server.work()
        enqueued, claimed, completed = await events.several(3)

    assert [event.name for event in (enqueued, claimed, completed)] == ["transitions"] * 3
    assert claimed.last_id == f"{claimed.data['at_ms']}-0"
    assert claimed.data["at"].endswith("Z")
    assert enqueued.data["kind"] == "enqueued"
    assert "worker" not in enqueued.data
    assert (claimed.data["kind"], claimed.data["worker"]) == ("claimed", "test")
    assert claimed.data["jobs"] == [{"index": 40, "detail": "1"}]
    assert completed.data["kind"] == "completed"


async def test_a_batch_is_one_event(server: RunningServer) -> None:
    """What one script did to many jobs is told once, naming each."""
    async with listening(server.client) as events:
        await server.client.post("/api/v1/fibonacci/ranges", json={"from": 1_001, "to": 1_003})
        assert (await events.next()).jobs == [1_001, 1_002, 1_003]


async def test_without_an_id_it_begins_now(server: RunningServer) -> None:
    """What happened before is not told, and there is an id to go on from before anything is."""
    await post(server, 40)
    async with listening(server.client) as events:
        await post(server, 41)
        assert (await events.next()).jobs == [41]


async def test_who_was_cut_before_the_first_event_misses_nothing(server: RunningServer) -> None:
    """The stream says where it begins, so that even then one can go on without a gap."""
    await post(server, 40)
    async with listening(server.client) as events:
        opening = [line async for line in events.lines_of_block()]
    tip = await server.parts.events.tip()
    assert opening == ["retry: 1000", f"id: {tip}"]
    await post(server, 41)
    async with listening(server.client, after=str(tip)) as events:
        assert (await events.next()).jobs == [41]


@pytest.mark.parametrize("way", ["Last-Event-ID", "after"])
@pytest.mark.parametrize("seen", [1, 2, 3])
async def test_goes_on_without_a_gap(server: RunningServer, way: str, seen: int) -> None:
    """After any event the rest comes once and in order, then what happens next."""
    await post(server, 40, 41, 42)
    async with listening(server.client, after=BEGINNING) as events:
        last_id = (await events.several(seen))[-1].last_id

    query, headers = (last_id, {}) if way == "after" else (None, {way: last_id})
    async with listening(server.client, query, headers) as events:
        await post(server, 43)
        rest = await events.several(4 - seen)
    assert [event.jobs for event in rest] == [[40], [41], [42], [43]][seen:]


async def test_the_header_is_newer_than_the_query(server: RunningServer) -> None:
    """A browser repeats the address, and adds the id that it has seen last."""
    await post(server, 40, 41)
    async with listening(server.client, after=BEGINNING) as events:
        first = await events.next()
    headers = {"Last-Event-ID": first.last_id}
    async with listening(server.client, BEGINNING, headers) as events:
        assert (await events.next()).jobs == [41]


async def test_what_is_kept_and_what_happens_meanwhile_meet(
    server: RunningServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However long reading what is kept takes, each comes once and in order."""
    monkeypatch.setattr(event_stream, "PAGE_ENTRIES", 2)
    monkeypatch.setattr(listener, "KEEP_ALIVE_S", 0.01)
    for index in range(3):
        await note(server, index)
    feed_of_test = feed.EventFeed(server.parts.open_events, server.parts.events, server.drain)
    await feed_of_test.open()
    texts = feed_of_test.stream(ClientConnection(cut=server.drain.begin), EntryId(0, 0))
    told = await anext(texts)
    for index in range(3, 6):  # when the listening has begun, and nothing that is kept was read
        await note(server, index)
    while b'"index":5' not in told or not told.endswith(KEEP_ALIVE):
        told += await anext(texts)
    assert [int(index) for index in re.findall(rb'"index":(\d+)', told)] == list(range(6))
    await texts.aclose()


async def test_what_was_trimmed_is_told(server: RunningServer) -> None:
    """The gap comes first, with its ends, then what is left."""
    await post(server, 40, 41, 42)
    async with listening(server.client, after=BEGINNING) as events:
        first, _, last = await events.several(3)
    await server.parts.redis.execute("XTRIM", STREAM, "MAXLEN", 1)

    async with listening(server.client, after=first.last_id) as events:
        gap, left = await events.several(2)
    assert (gap.name, gap.data) == ("gap", {"from": first.last_id, "to": last.last_id})
    assert left == last


async def test_an_id_of_another_stream_is_a_gap(server: RunningServer) -> None:
    """Redis came back without what the client has seen: it is told, and goes on from now."""
    await post(server, 40)
    tip = str(await server.parts.events.tip())
    async with listening(server.client, after="99999999999999-0") as events:
        gap = await events.next()
        await post(server, 41)
        assert (await events.next()).jobs == [41]
    assert (gap.name, gap.data) == ("gap", {"from": "99999999999999-0", "to": tip})


async def test_a_wiped_redis_is_a_gap_for_who_listens(server: RunningServer) -> None:
    """The next event comes behind it."""
    async with listening(server.client) as events:
        await post(server, 40)
        before = await events.next()
        await server.parts.redis.execute("FLUSHALL")
        await post(server, 41)
        gap, after = await events.several(2)
    assert (gap.name, gap.data["from"], gap.data["to"]) == ("gap", before.last_id, after.last_id)
    assert after.jobs == [41]


async def test_a_redis_that_was_away_is_read_on(start: Start, stack: EmbeddedStack) -> None:
    """Killed and started anew, Redis feeds the same listeners; what it has lost is a gap."""
    assert stack.redis is not None
    async with start(breaker_reset_s=0.01) as server, listening(server.client) as events:
        await post(server, 40)
        await events.next()
        stack.redis.process.kill()
        stack.redis.start()
        async with asyncio.timeout(PATIENCE_S):
            while (await server.client.post("/api/v1/fibonacci/41")).status_code != 202:
                pass  # the connection is being made anew
        gap, after = await events.several(2)
        assert (gap.name, after.jobs) == ("gap", [41])


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


@pytest.mark.parametrize(
    ("query", "headers", "field"),
    [
        ("after=x", {}, "after"),
        ("after=", {}, "after"),
        ("after=5", {}, "after"),
        ("after=-1-0", {}, "after"),
        ("after=1-0&after=2-0", {}, "after"),
        ("since=1-0", {}, "since"),
        ("", {"Last-Event-ID": "yesterday"}, "Last-Event-ID"),
        ("after=1-0", {"Last-Event-ID": "1-0, 2-0"}, "Last-Event-ID"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_bad_ids(
    server: RunningServer, method: str, query: str, headers: dict[str, str], field: str
) -> None:
    """What is no id of an event is refused, and the field named."""
    answer = await server.client.request(method, f"{EVENTS}?{query}", headers=headers)
    assert answer.status_code == 422
    if method == "GET":
        assert [error["field"] for error in answer.json()["errors"]] == [field]

"""The stream of events: every transition as it happens, without a gap or told of one."""

import asyncio
import re

import pytest

from fiblab.embedded import EmbeddedStack
from fiblab.queue import event_stream
from fiblab.queue.stream_entries import EntryId
from fiblab.server.client_connection import ClientConnection
from fiblab.server.events import feed, listener
from fiblab.server.events.sse import KEEP_ALIVE

from .conftest import PATIENCE_S, RunningServer, Start
from .sse_client import EVENTS, listening
from .stream_hand import STREAM, note, post

BEGINNING = "0-0"


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

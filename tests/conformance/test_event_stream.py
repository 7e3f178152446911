"""The event stream, followed and looked back into: nothing twice, nothing missed unsaid."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from fiblab.embedded.redis import RedisServer
from fiblab.queue import EventStream, Failure, Heartbeat, Keys, Queue, event_stream, timeline
from fiblab.queue.stream_entries import BEGINNING, EntryId, Gap, Page
from fiblab.queue.timeline import read_timeline
from fiblab.redis import Address, Connection

from .conftest import Claim, light

#: Seconds; enough to be told that nothing happened.
SHORTLY = 0.01
#: Of a stream that Redis has never seen.
FAR_AHEAD = EntryId(10**14, 0)


@pytest.fixture
def stream(raw: Connection, keys: Keys) -> EventStream:
    """Read over the connection that everything else uses."""
    return EventStream(raw, keys)


@pytest.fixture
async def blocking(server: RedisServer, keys: Keys) -> AsyncIterator[EventStream]:
    """Read over a connection of its own."""
    connection = Connection(Address.parse(server.url), name="blocking", reply_timeout=30.0)
    await connection.connect()
    yield EventStream(connection, keys)
    await connection.close()


def told(page: Page) -> list[str]:
    """Name the jobs of a page's entries."""
    return [job for entry in page.entries for job, _ in entry.jobs]


async def trim_to(raw: Connection, keys: Keys, count: int) -> None:
    """Forget all but the latest entries."""
    await raw.execute("XTRIM", keys.events, "MAXLEN", count)


async def test_an_empty_stream_stands_at_its_beginning(stream: EventStream) -> None:
    """Whoever reads on from there misses nothing."""
    assert await stream.tip() == BEGINNING
    assert await stream.page(BEGINNING) == Page([], BEGINNING)


async def test_pages_follow_each_other(
    queue: Queue, stream: EventStream, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each begins behind the last entry of the one before."""
    monkeypatch.setattr(event_stream, "PAGE_ENTRIES", 2)
    for identity in ("a", "b", "c"):
        await queue.enqueue(light(identity))

    first = await stream.page(BEGINNING)
    second = await stream.page(first.position)
    assert (told(first), told(second)) == (["a", "b"], ["c"])
    assert second.position == await stream.tip()
    assert await stream.page(second.position) == Page([], second.position)


async def test_a_page_ends_where_it_is_told_to(queue: Queue, stream: EventStream) -> None:
    """That entry is its last, however many follow."""
    await queue.enqueue(light("a"))
    until = await stream.tip()
    await queue.enqueue(light("b"))

    assert told(await stream.page(BEGINNING, until)) == ["a"]


async def test_following_waits_until_something_happens(queue: Queue, blocking: EventStream) -> None:
    """It returns with the first entry, and then with all that have come since."""
    waiting = asyncio.create_task(blocking.follow(BEGINNING, 20.0))
    await queue.enqueue(light("a"))
    page = await waiting
    assert (told(page), page.gap) == (["a"], None)

    await queue.enqueue(light("b"))
    await queue.enqueue(light("c"))
    assert told(await blocking.follow(page.position, 20.0)) == ["b", "c"]


async def test_following_a_quiet_stream_tells_of_nothing(
    queue: Queue, stream: EventStream, blocking: EventStream
) -> None:
    """No entries, no gap, and the same place to go on from."""
    await queue.enqueue(light("a"))
    tip = await stream.tip()
    assert await blocking.follow(tip, SHORTLY) == Page([], tip)


@pytest.mark.parametrize("way", ["page", "follow"])
async def test_what_was_trimmed_is_a_gap(  # noqa: PLR0913 - both ways of reading, on one stream
    *,
    queue: Queue,
    stream: EventStream,
    blocking: EventStream,
    raw: Connection,
    keys: Keys,
    way: str,
) -> None:
    """Between where the reader stopped and the oldest entry that is left."""
    await queue.enqueue(light("a"))
    stopped = await stream.tip()
    for identity in ("b", "c", "d"):
        await queue.enqueue(light(identity))
    await trim_to(raw, keys, 1)

    page = await (stream.page(stopped) if way == "page" else blocking.follow(stopped))
    assert told(page) == ["d"]
    assert page.gap == Gap(stopped, page.entries[0].id)
    assert (await stream.page(page.position)).gap is None


async def test_from_the_beginning_nothing_was_missed(
    queue: Queue, stream: EventStream, raw: Connection, keys: Keys
) -> None:
    """Who has read nothing yet gets what is kept, and is told of no gap."""
    await queue.enqueue(light("a"))
    await queue.enqueue(light("b"))
    await trim_to(raw, keys, 1)

    page = await stream.page(BEGINNING)
    assert (told(page), page.gap) == (["b"], None)


@pytest.mark.parametrize("way", ["page", "follow"])
async def test_a_stream_that_began_anew_is_a_gap(
    queue: Queue, stream: EventStream, blocking: EventStream, way: str
) -> None:
    """Redis came back with less than the reader has seen: it goes on from what there is."""
    await queue.enqueue(light("a"))
    tip = await stream.tip()

    page = await (stream.page(FAR_AHEAD) if way == "page" else blocking.follow(FAR_AHEAD, SHORTLY))
    assert page == Page([], tip, Gap(FAR_AHEAD, tip))


async def test_a_timeline_is_a_jobs_steps_and_no_others(
    queue: Queue, stream: EventStream, claim: Claim
) -> None:
    """In order, with details and workers, and each with the line that noted it."""
    await queue.enqueue(light("4", "40", "140"))
    [_, job, _] = await claim(3, worker="w")
    await queue.heartbeat([Heartbeat(job.lease, 0.5)])
    await queue.fail(job.lease, Failure("crash", "it broke", retryable=False))

    life = await read_timeline(stream, "40")
    assert [(step.kind, step.detail, step.worker) for step in life.steps] == [
        ("enqueued", "light", None),
        ("claimed", "1", "w"),
        ("progress", "0.500", None),
        ("dead", "crash", None),
    ]
    assert life.steps[1].source.path == "queue/lua/parts/claim_some.lua"
    assert (life.lane, life.attempts, life.is_whole) == ("light", 1, True)


async def test_waits_are_those_between_entries(
    stream: EventStream, raw: Connection, keys: Keys
) -> None:
    """The first step waited for nothing; none is negative, as ids never decrease."""
    for entry_id, kind, detail in (("100-0", "enqueued", "light"), ("150-3", "claimed", "1")):
        noted = ("kind", kind, "jobs", f"7/{detail}", "worker", "")
        await raw.execute("XADD", keys.events, entry_id, *noted)
    await raw.execute(
        *("XADD", keys.events, "150-4", "kind", "completed", "jobs", "7/", "worker", "")
    )

    steps = (await read_timeline(stream, "7")).steps
    assert [step.waited_ms for step in steps] == [0, 50, 0]


async def test_a_long_timeline_is_told_from_its_end(
    queue: Queue, stream: EventStream, claim: Claim, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only so many entries are looked through; what lies before them is said to be left out."""
    monkeypatch.setattr(event_stream, "LOOK_BACK_ENTRIES", 1)
    monkeypatch.setattr(timeline, "LOOK_BACK_LIMIT", 2)
    await queue.enqueue(light("7"))
    [job] = await claim()
    await queue.complete([job.lease])

    life = await read_timeline(stream, "7")
    assert [step.kind for step in life.steps] == ["claimed", "completed"]
    assert not life.is_whole


async def test_a_job_that_nothing_happened_to_has_no_steps(
    queue: Queue, stream: EventStream
) -> None:
    """All that is kept was looked through."""
    await queue.enqueue(light("a"))

    life = await read_timeline(stream, "b")
    assert (life.steps, life.is_whole, life.lane, life.attempts) == ([], True, None, 0)

"""What waits for a listener: in order, bounded, and only what it has not seen."""

import asyncio

import pytest

from fiblab.queue.stream_entries import BEGINNING, Entry, EntryId, Gap, Page
from fiblab.server.client_connection import ClientConnection
from fiblab.server.events import listener as module
from fiblab.server.events.batch import Batch
from fiblab.server.events.listener import Listener
from fiblab.server.events.sse import KEEP_ALIVE


def batch(*milliseconds: int, gap: Gap | None = None) -> Batch:
    """Write a batch of entries at these times."""
    entries = [Entry(EntryId(ms, 0), "completed", (("7", ""),), None) for ms in milliseconds]
    return Batch.of(Page(entries, EntryId(milliseconds[-1], 0), gap))


class Cuts:
    """A connection that tells whether it was cut."""

    def __init__(self) -> None:
        self.count = 0
        self.connection = ClientConnection(self._cut)

    def _cut(self) -> None:
        self.count += 1


async def test_what_came_is_taken_at_once_and_in_order() -> None:
    """Several batches are one piece."""
    listener = Listener(Cuts().connection, BEGINNING)
    listener.offer(batch(1))
    listener.offer(batch(2, 3))
    assert await listener.next() == batch(1).text + batch(2, 3).text


async def test_it_waits_for_news(monkeypatch: pytest.MonkeyPatch) -> None:
    """And is given a sign of life where there are none for long."""
    listener = Listener(Cuts().connection, BEGINNING)
    waiting = asyncio.create_task(listener.next())
    await asyncio.sleep(0)
    listener.offer(batch(1))
    assert await waiting == batch(1).text

    monkeypatch.setattr(module, "KEEP_ALIVE_S", 0.0)
    assert await listener.next() == KEEP_ALIVE


async def test_what_it_has_seen_is_left_out() -> None:
    """Also in the middle of a batch; a gap is told where anything behind it is."""
    listener = Listener(Cuts().connection, EntryId(2, 0))
    listener.offer(batch(1, 2))
    listener.offer(batch(2, 3, gap=Gap(EntryId(1, 0), EntryId(2, 0))))
    told = await listener.next()
    assert told.count(b"event: gap") == 1
    assert b"id: 2-0" not in told
    assert b"id: 3-0" in told


async def test_a_stream_that_begins_anew_is_told_from_its_beginning() -> None:
    """The gap is told, and what comes behind it has smaller ids than what was seen before."""
    listener = Listener(Cuts().connection, EntryId(9, 0))
    listener.offer(Batch.of(Page([], BEGINNING, Gap(EntryId(9, 0), BEGINNING))))
    listener.offer(batch(1))
    told = await listener.next()
    assert b'{"from":"9-0","to":"0-0"}' in told
    assert told.endswith(batch(1).text)


async def test_too_much_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """What waited is let go, and the connection of a client that does not read is cut."""
    monkeypatch.setattr(module, "WAITING_LIMIT_BYTES", len(batch(1).text))
    cuts = Cuts()
    listener = Listener(cuts.connection, BEGINNING)
    listener.sending = True
    for ms in (1, 2):
        listener.offer(batch(ms))
    assert (listener.ended, cuts.count) == (False, 0)
    listener.offer(batch(3))
    assert (listener.ended, cuts.count) == (True, 1)
    listener.offer(batch(4))
    assert await listener.next() == b""


async def test_one_that_reads_is_ended_without_a_cut() -> None:
    """Its answer ends as any other."""
    cuts = Cuts()
    listener = Listener(cuts.connection, BEGINNING)
    listener.offer(batch(1))
    listener.end()
    assert (listener.ended, cuts.count) == (True, 0)
    assert await listener.next() == b""

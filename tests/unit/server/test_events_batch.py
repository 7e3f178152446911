"""Events as they are sent."""

from typing import get_args

from fiblab.queue.source_lines import source_lines
from fiblab.queue.stream_entries import Entry, EntryId, Gap, Page
from fiblab.server.events.batch import Batch
from fiblab.server.events.sse import opening
from fiblab.server.wire_jobs import Kind

CLAIMED = Entry(EntryId(1_764_000_000_123, 4), "claimed", (("40", "1"), ("41", "2")), "w")


def test_an_entry_is_an_event_with_its_id() -> None:
    """One line of JSON, with the time in two spellings, to the millisecond."""
    assert Batch.of(Page([CLAIMED], CLAIMED.id)).text == (
        b"id: 1764000000123-4\n"
        b"event: transitions\n"
        b'data: {"at":"2025-11-24T16:00:00.123000Z","at_ms":1764000000123,"kind":"claimed",'
        b'"worker":"w","jobs":[{"index":40,"detail":"1"},{"index":41,"detail":"2"}]}\n'
        b"\n"
    )


def test_a_gap_comes_first_and_has_no_id() -> None:
    """Whoever is cut behind it asks for the same once more, and is told of it once more."""
    gap = Gap(EntryId(5, 0), CLAIMED.id)
    text = Batch.of(Page([CLAIMED], CLAIMED.id, gap)).text
    expected = b'event: gap\ndata: {"from":"5-0","to":"1764000000123-4"}\n\nid: '
    assert text.startswith(expected)


def test_a_stream_opens_with_where_it_begins() -> None:
    """And with when to ask again once it has ended."""
    assert opening("5-0") == b"retry: 1000\nid: 5-0\n\n"


def test_the_documented_kinds_are_those_of_the_scripts() -> None:
    """What a script notes is what a client may be told."""
    assert set(get_args(Kind)) == set(source_lines())

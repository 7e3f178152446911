"""What the feed has read at once, written once for all listeners."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self

from msgspec import UNSET

from fiblab.queue.stream_entries import Entry, EntryId, Gap, Page
from fiblab.server.events.sse import event
from fiblab.server.wire import encode
from fiblab.server.wire_jobs import EventGap, TransitionedJob, Transitions


@dataclass(frozen=True, slots=True)
class Batch:
    """Some events in order, each with the entry that it tells of."""

    events: Sequence[tuple[EntryId, bytes]]
    first: EntryId
    text: bytes
    """All of them, as they are sent."""
    begins_anew: bool
    """Whether the stream stands behind where it stood: it is another one."""

    @classmethod
    def of(cls, page: Page) -> Self:
        """Write a page's gap, if there is one, and its entries."""
        events = [(entry.id, _transitions(entry)) for entry in page.entries]
        first = events[0][0] if events else page.position
        if page.gap is not None:
            events.insert(0, (page.position, _gap(page.gap)))
        begins_anew = page.gap is not None and page.position < page.gap.after
        return cls(events, first, b"".join(text for _, text in events), begins_anew)

    def text_after(self, after: EntryId) -> bytes:
        """Leave out what comes up to and including an entry."""
        if self.first > after:
            return self.text
        return b"".join(text for entry_id, text in self.events if entry_id > after)


def moment(entry_id: EntryId) -> datetime:
    """Tell when an entry was written."""
    return datetime.fromtimestamp(entry_id.ms / 1_000, UTC)


def _transitions(entry: Entry) -> bytes:
    told = Transitions(
        at=moment(entry.id),
        at_ms=entry.id.ms,
        kind=entry.kind,  # type: ignore[arg-type] # another version's kinds are passed on as they are
        worker=entry.worker or UNSET,
        jobs=[TransitionedJob(int(job), detail) for job, detail in entry.jobs],
    )
    return event("transitions", encode(told), str(entry.id))


def _gap(gap: Gap) -> bytes:
    """Write a gap, which has no id: whoever loses it on the way is told of it again."""
    return event("gap", encode(EventGap(str(gap.after), str(gap.until))))

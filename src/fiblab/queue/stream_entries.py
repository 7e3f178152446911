"""What the event stream holds: entries, each of one kind of transition and of one or many jobs."""

import re
from dataclasses import dataclass
from typing import NamedTuple, Self

#: Fewer digits than Redis could take, so that every id that fits is one that Redis takes.
_ID = re.compile(r"([0-9]{1,15})-([0-9]{1,19})", re.ASCII)


class EntryId(NamedTuple):
    """Where an entry stands: its time by the server's clock, and its number within that time.

    Ids never decrease along a stream, even where the clock does.
    """

    ms: int
    """Since 1970."""
    number: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `<ms>-<number>`; raises ValueError for anything else."""
        parts = _ID.fullmatch(text)
        if parts is None:
            raise ValueError(f"{text[:40]!r} is no id of a stream's entry")
        return cls(int(parts[1]), int(parts[2]))

    def __str__(self) -> str:
        return f"{self.ms}-{self.number}"


#: Before every entry: also where an empty stream stands.
BEGINNING = EntryId(0, 0)


@dataclass(frozen=True, slots=True)
class Entry:
    """What one script did of one kind, to one or many jobs."""

    id: EntryId
    kind: str
    jobs: tuple[tuple[str, str], ...]
    """Each job's id, and what there is to tell: a lane, an attempt, a delay, a category."""
    worker: str | None


@dataclass(frozen=True, slots=True)
class Gap:
    """Entries after one id and before the other may be missing: trimmed, or lost with Redis."""

    after: EntryId
    until: EntryId


@dataclass(frozen=True, slots=True)
class Page:
    """Some entries in order, perhaps behind a gap."""

    entries: list[Entry]
    position: EntryId
    """After which the next page begins."""
    gap: Gap | None = None

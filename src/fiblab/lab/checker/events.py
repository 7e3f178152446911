"""The event log as the watcher wrote it down: what happened to which job, in Redis's own order."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec


class EventRecord(msgspec.Struct, frozen=True, omit_defaults=True):
    """One entry of the stream, or the mark that an epoch begins.

    In an epoch no entry is missing and Redis has forgotten nothing that was read. Another one
    begins where Redis was wiped or rolled back, or had trimmed entries before they were read.
    """

    epoch: int
    entry: str = ""
    """The stream entry's id, `<ms>-<n>`; empty for the mark."""
    kind: str = ""
    jobs: str = ""
    """`<id>/<detail>` for each job, separated by spaces."""
    worker: str = ""


class JobEvent(NamedTuple):
    """What happened to one job."""

    epoch: int
    entry: str
    kind: str
    job: str
    detail: str
    worker: str

    @property
    def at_ms(self) -> int:
        """When, by Redis's clock, in ms since 1970."""
        return int(self.entry.partition("-")[0])


def read_events(path: Path) -> Iterator[JobEvent]:
    """Read the events of a file, in their order."""
    decoder = msgspec.json.Decoder(EventRecord)
    with path.open("rb") as file:
        for line in file:
            record = decoder.decode(line)
            for job in record.jobs.split():
                name, _, detail = job.partition("/")
                yield JobEvent(record.epoch, record.entry, record.kind, name, detail, record.worker)

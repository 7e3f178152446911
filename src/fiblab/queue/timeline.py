"""One job's life as the event stream tells it: step by step, with what lay between."""

from dataclasses import dataclass

from fiblab.queue.event_stream import EventStream
from fiblab.queue.source_lines import SourceLine, source_lines
from fiblab.queue.stream_entries import Entry, EntryId

#: Entries that are looked through for one job, the latest ones: twice what a stream keeps by
#: default, and some twenty milliseconds of this process.
LOOK_BACK_LIMIT = 20_000

#: Steps that are told, the latest ones; a heavy job that reports for an hour has about as many.
STEPS_LIMIT = 1_000


@dataclass(frozen=True, slots=True)
class Step:
    """One transition of one job."""

    entry: EntryId
    kind: str
    detail: str
    worker: str | None
    waited_ms: int
    """Since the step before; 0 for the first. Never negative, as ids never decrease."""
    source: SourceLine
    """The line that noted it."""


@dataclass(frozen=True, slots=True)
class Timeline:
    """The steps that are known, in order."""

    steps: list[Step]
    is_whole: bool
    """Whether every entry that the stream keeps was looked at."""

    @property
    def lane(self) -> str | None:
        """Where it was enqueued last."""
        return next((step.detail for step in self.steps[::-1] if step.kind == "enqueued"), None)

    @property
    def attempts(self) -> int:
        """How often it was claimed since it was enqueued last."""
        for step in self.steps[::-1]:
            if step.kind in {"claimed", "enqueued"}:
                return int(step.detail) if step.kind == "claimed" else 0
        return 0


async def read_timeline(stream: EventStream, job: str) -> Timeline:
    """Read a job's latest steps; kinds that this version does not know are left out."""
    found, is_whole = await stream.look_back(job, LOOK_BACK_LIMIT)
    known = [entry for entry in found if entry.kind in source_lines()]
    latest = known[-STEPS_LIMIT:]
    pairs = zip([None, *latest], latest, strict=False)
    steps = [_step(job, entry, before) for before, entry in pairs]
    return Timeline(steps, is_whole and len(latest) == len(known))


def _step(job: str, entry: Entry, before: Entry | None) -> Step:
    return Step(
        entry=entry.id,
        kind=entry.kind,
        detail=dict(entry.jobs)[job],
        worker=entry.worker,
        waited_ms=entry.id.ms - before.id.ms if before else 0,
        source=source_lines()[entry.kind],
    )

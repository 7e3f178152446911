"""The JSON of jobs and of what happens to them: one struct for each shape."""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from fiblab.server.wire import FailureReason, Index

#: Most jobs that one call lists: one script holds Redis up for a millisecond or two.
JOBS_AT_ONCE = 100

#: Of a cursor, which is how many jobs to leave out: no queue holds more.
LARGEST_CURSOR = 1_000_000_000

#: Where a job can be that the queue holds.
State = Literal["ready", "leased", "delayed", "dead"]

#: What can happen to a job.
Kind = Literal[
    "enqueued",
    "claimed",
    "progress",
    "expired",
    "retrying",
    "due",
    "released",
    "completed",
    "dead",
    "discarded",
]

At = Annotated[datetime, Meta(tz=True, description="When, by the queue's clock, in UTC.")]
AtMs = Annotated[int, Meta(ge=0, description="The same in milliseconds since 1970.")]
EntryName = Annotated[
    str, Meta(pattern="^[0-9]+-[0-9]+$", description="An entry of the queue's event stream.")
]
Detail = Annotated[
    str,
    Meta(
        description="enqueued: the lane; claimed: the attempt; progress: the share done; "
        "retrying: the delay in ms; dead: the reason's category; else empty."
    ),
]


class JobFacts(Struct, kw_only=True):
    """What may be told of a job in any state."""

    index: Index
    attempts: Annotated[int, Meta(ge=0, description="How often a worker has claimed it.")]
    enqueued_at: At | UnsetType = UNSET
    progress: (
        Annotated[float, Meta(ge=0, le=1, description="Share done, as its worker last said.")]
        | UnsetType
    ) = UNSET
    lease_left_s: (
        Annotated[float, Meta(ge=0, description="Leased: seconds until its lease expires.")]
        | UnsetType
    ) = UNSET
    due_in_s: (
        Annotated[float, Meta(ge=0, description="Delayed: seconds until its next attempt.")]
        | UnsetType
    ) = UNSET
    reason: FailureReason | UnsetType = UNSET


class JobItem(JobFacts, kw_only=True):
    """A job that the queue holds."""

    state: State
    lane: str


class JobItems(Struct):
    """Jobs state by state; a page may be short, or empty, where another one follows."""

    items: list[JobItem]
    next_cursor: (
        Annotated[str, Meta(description="`cursor` of the next page, where there is one.")]
        | UnsetType
    ) = UNSET


class SourceReference(Struct):
    """The line of this software that noted a step."""

    path: Annotated[str, Meta(description="Relative to the package `fiblab`.")]
    line: Annotated[int, Meta(ge=1)]


class TimelineStep(Struct, kw_only=True):
    """One thing that happened to a job."""

    entry: EntryName
    at: At
    at_ms: AtMs
    kind: Kind
    detail: Detail
    worker: str | UnsetType = UNSET
    waited_ms: Annotated[int, Meta(ge=0, description="Since the step before; 0 for the first.")]
    source: SourceReference


class JobLife(JobFacts, kw_only=True):
    """A job as it stands, `gone` where only its events are left, and all that they tell of it."""

    state: Literal[State, "gone"]
    lane: str | UnsetType = UNSET
    timeline: Annotated[list[TimelineStep], Meta(description="In order, the latest last.")]
    older_left_out: Annotated[
        bool, Meta(description="Whether there may be steps before the first one told.")
    ]


class TransitionedJob(Struct):
    """One of the jobs that something happened to."""

    index: Index
    detail: Detail


class Transitions(Struct, kw_only=True):
    """What one script did of one kind, to one or many jobs; an event of the stream."""

    at: At
    at_ms: AtMs
    kind: Kind
    worker: Annotated[str, Meta(description="Whose call it was.")] | UnsetType = UNSET
    jobs: list[TransitionedJob]


class EventGap(Struct, rename={"from_": "from"}):
    """Events between these two may be missing: trimmed before they were read, or lost."""

    from_: EntryName
    to: EntryName

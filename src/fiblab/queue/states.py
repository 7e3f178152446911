"""What a queue holds and answers, as plain typed values.

```mermaid
stateDiagram-v2
    [*] --> ready: enqueue
    ready --> leased: claim (attempt + 1)
    leased --> gone: complete
    leased --> ready: release (attempt - 1), lease expired
    leased --> delayed: fail, may be retried
    leased --> dead: fail, for good
    ready --> dead: claim, attempts used up
    delayed --> ready: due
    dead --> ready: requeue, enqueue
    dead --> gone: discard
    gone --> [*]
```
"""

import secrets
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from functools import lru_cache
from hashlib import blake2s
from typing import Self

import msgspec

# What there is one of for each job is a Struct of msgspec, made in a tenth of the time of a frozen
# dataclass; the others are dataclasses.


class Enqueued(IntEnum):
    """What became of a job that was offered; the codes are those of `enqueue_one.lua`."""

    PENDING = 0
    """It is in the queue already: deduplicated, nothing changed."""
    ADDED = 1
    """It is in the queue now."""
    FULL = 2
    """The bound is reached: nothing changed."""


class FailOutcome(IntEnum):
    """What became of a job whose attempt failed; the codes are those of `fail.lua`."""

    STALE = 0
    """The lease had been lost: nothing changed."""
    RETRYING = 1
    """It is delayed, and will be ready again."""
    DEAD = 2
    """It is a dead letter."""


class JobState(StrEnum):
    """Where a job is; it is in exactly one of these."""

    READY = "ready"
    LEASED = "leased"
    DELAYED = "delayed"
    DEAD = "dead"
    GONE = "gone"


class Job(msgspec.Struct, frozen=True):
    """Work to be done once: the id deduplicates it, the payload is the worker's business.

    An id is 1 to 128 visible ASCII characters, without `/`.
    """

    id: str
    lane: str
    payload: bytes = b""


class Lease(msgspec.Struct, frozen=True):
    """The proof that a worker holds a job: its nonce, compared for equality and never reissued."""

    id: str
    nonce: str


class ClaimedJob(msgspec.Struct, frozen=True):
    """A job in a worker's hands."""

    id: str
    lane: str
    payload: bytes
    nonce: str
    attempt: int
    """1 for the first."""
    enqueued_ms: int
    """When it was enqueued, in ms since 1970 by the server's clock."""

    @property
    def lease(self) -> Lease:
        """The proof to show when it is completed, failed or released."""
        return Lease(self.id, self.nonce)


@dataclass(frozen=True, slots=True)
class Claimant:
    """Who claims, from which lanes in which order, under which token.

    The token makes a claim safe to repeat: after a lost reply the same claimant
    gets the same jobs again. A fresh claim takes a fresh one.
    """

    worker: str
    lanes: tuple[str, ...]
    token: str

    @classmethod
    def fresh(cls, worker: str, lanes: tuple[str, ...]) -> Self:
        """Make a claimant with a token of 96 random bits behind the mark of who claims."""
        return cls(worker, lanes, mark_of(worker) + secrets.token_hex(12))


@lru_cache(maxsize=256)
def mark_of(worker: str) -> str:
    """Give the 8 digits that a claimant's tokens begin with, so that a lease tells whose it is.

    For people: who holds a lease is settled by the whole token, compared for equality.
    """
    return blake2s(worker.encode(), digest_size=4).hexdigest()


class Heartbeat(msgspec.Struct, frozen=True):
    """A sign of life for one lease, with the share done (0 to 1) where it is known."""

    lease: Lease
    progress: float | None = None


@dataclass(frozen=True, slots=True)
class Failure:
    """Why an attempt failed: a category for machines, a detail for people."""

    category: str
    detail: str
    retryable: bool = True


@dataclass(frozen=True, slots=True)
class Failed:
    """What became of a failed attempt."""

    outcome: FailOutcome
    retry_in_ms: int = 0


@dataclass(frozen=True, slots=True)
class JobStatus:
    """Where a job is now, how often it was tried, and why it is dead if it is."""

    state: JobState
    attempts: int = 0
    progress: float | None = None
    failure: Failure | None = None


@dataclass(frozen=True, slots=True)
class QueuedJob:
    """A job that the queue holds, dead letters among them, as it stands at one instant."""

    id: str
    lane: str
    enqueued_ms: int
    """When it was enqueued, in ms since 1970 by the server's clock."""
    status: JobStatus
    left_ms: int
    """Of its lease or its delay; 0 where that is over, and where it has neither."""


@dataclass(frozen=True, slots=True)
class JobPage:
    """Some jobs, and where the next ones begin; a page may be short, or empty, before the last."""

    jobs: list[QueuedJob]
    next_offset: int | None
    """None on the last page."""


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A job that was given up, with what is needed to understand and requeue it."""

    id: str
    lane: str
    payload: bytes
    attempts: int
    failure: Failure
    died_ms: int


@dataclass(frozen=True, slots=True)
class Depth:
    """How much waits where, at one instant."""

    ready: dict[str, int]
    """Waiting jobs per lane."""
    oldest_ms: dict[str, int]
    """Age of the job next in line per lane, in ms; 0 for an empty lane."""
    leased: int
    delayed: int
    dead: int
    bound: int
    paused: bool


@dataclass(frozen=True, slots=True)
class Event:
    """One transition of one job."""

    id: str
    """The stream entry's id, `<ms>-<n>`: when it happened, and where to resume."""
    kind: str
    job: str
    detail: str
    worker: str | None

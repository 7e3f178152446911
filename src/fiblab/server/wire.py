"""The JSON that goes in and out: one struct for each shape of the API."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

#: Indices as JSON numbers; the upper bound is a setting and is checked beside it.
Index = Annotated[int, Meta(ge=0, description="Which Fibonacci number: F(0) = 0, F(1) = 1.")]
Digits = Annotated[str, Meta(pattern="^[0-9]+$", description="Decimal digits.")]
Count = Annotated[int, Meta(ge=0)]

#: Above this many digits JSON carries a preview and an address in place of the value: a page
#: can show ten thousand digits at once, and no JSON reader is asked for a 20 MB string.
INLINE_DIGITS_LIMIT = 10_000

#: Most dead letters that one call lists, requeues or discards: one script holds Redis up for less
#: than a millisecond.
DEAD_LETTERS_AT_ONCE = 100


class FibonacciDone(Struct, tag_field="status", tag="done"):
    """F(index), in full."""

    index: Index
    value: Digits
    digit_count: Annotated[int, Meta(ge=1, le=INLINE_DIGITS_LIMIT)]


class FibonacciDoneLarge(Struct, tag_field="status", tag="done"):
    """F(index) is known and has more than 10,000 digits: its ends, and where the whole of it is."""

    index: Index
    digit_count: Annotated[int, Meta(gt=INLINE_DIGITS_LIMIT)]
    leading: Digits
    trailing: Digits
    digits_url: Annotated[str, Meta(description="Where the whole number is, as text/plain.")]


class FibonacciCalculating(Struct, tag_field="status", tag="calculating"):
    """F(index) was asked for and is not known yet."""

    index: Index
    progress: (
        Annotated[float, Meta(ge=0, le=1, description="Share done, where the worker knows it.")]
        | UnsetType
    ) = UNSET
    attempts: (
        Annotated[int, Meta(ge=1, description="How often a worker has begun it, if ever.")]
        | UnsetType
    ) = UNSET


class FailureReason(Struct):
    """Why a calculation was given up."""

    category: Annotated[str, Meta(description="A stable word for machines.")]
    detail: Annotated[str, Meta(description="A sentence for people.")]


class FibonacciFailed(Struct, tag_field="status", tag="failed"):
    """The calculation of F(index) was given up; asking again with POST tries it again."""

    index: Index
    attempts: Annotated[int, Meta(ge=0)]
    reason: FailureReason


class FibonacciAbsent(Struct, tag_field="status", tag="absent"):
    """Nobody has asked for F(index) yet."""

    index: Index


RangeItem = (
    FibonacciDone | FibonacciDoneLarge | FibonacciCalculating | FibonacciFailed | FibonacciAbsent
)


class RangeItems(Struct):
    """Every index from `from` to `to`, in order, each as it stands."""

    items: list[RangeItem]


class RangeRequest(Struct, rename={"from_": "from"}, forbid_unknown_fields=True):
    """Ask for F(from) to F(to), both included."""

    from_: Index
    to: Index


class RequestedCount(Struct):
    """How often one index was asked for."""

    index: Index
    count: Count


class MostRequested(Struct):
    """The most requested indices, most requested first, ties broken by the smaller index."""

    items: list[RequestedCount]


class LaneDepth(Struct):
    """How much waits in one lane."""

    lane: str
    ready: Count
    oldest_s: Annotated[float, Meta(ge=0, description="Seconds that the next in line has waited.")]


class QueueDepth(Struct):
    """How much the queue holds, at one instant: per lane what waits, beyond them all lanes'."""

    lanes: list[LaneDepth]
    leased: Annotated[int, Meta(ge=0, description="Jobs in workers' hands.")]
    delayed: Annotated[int, Meta(ge=0, description="Jobs that wait for another attempt.")]
    dead: Annotated[int, Meta(ge=0, description="Dead letters.")]
    bound: Annotated[int, Meta(ge=1, description="Most jobs; beyond it requests get 503.")]
    paused: Annotated[bool, Meta(description="Whether workers claim nothing new.")]


class Pause(Struct):
    """Whether workers claim nothing new."""

    paused: bool


class DeadLetterItem(Struct):
    """An index whose calculation was given up."""

    index: Index
    lane: str
    attempts: Annotated[int, Meta(ge=0)]
    reason: FailureReason
    died_at: Annotated[datetime, Meta(tz=True, description="When, by the queue's clock, in UTC.")]


class DeadLetterPage(Struct):
    """Dead letters, the latest first."""

    items: list[DeadLetterItem]
    next_cursor: (
        Annotated[str, Meta(description="`cursor` of the next page, where there is one.")]
        | UnsetType
    ) = UNSET


class DeadLetterIndices(Struct, forbid_unknown_fields=True):
    """Which dead letters to requeue or discard, each named once."""

    indices: Annotated[list[Index], Meta(min_length=1, max_length=DEAD_LETTERS_AT_ONCE)]


Outcome = Literal["requeued", "discarded", "absent", "full"]


class DeadLetterOutcome(Struct):
    """What became of one dead letter: `absent` is none, or none any more; `full` is the queue."""

    index: Index
    outcome: Outcome


class DeadLetterOutcomes(Struct):
    """What became of each, in the order in which they were named."""

    items: list[DeadLetterOutcome]


class FieldError(Struct):
    """What is wrong with one field of a request."""

    field: str
    reason: str


class Problem(Struct, omit_defaults=True):
    """RFC 9457 problem details."""

    type: Annotated[str, Meta(description="A stable name, relative to the API's origin.")]
    title: str
    status: Annotated[int, Meta(ge=400, le=599)]
    detail: str
    request_id: str
    definite: Annotated[
        bool, Meta(description="true: nothing was counted or changed; false: it may have been.")
    ]
    errors: list[FieldError] = []


class DependencyState(Struct, omit_defaults=True):
    """Whether one dependency can be used."""

    usable: bool
    breaker: Annotated[str, Meta(pattern="^(closed|half-open|open)$")]
    detail: str = ""


class Checks(Struct):
    """Each dependency, by name."""

    redis: DependencyState
    postgres: DependencyState


class Readiness(Struct):
    """Whether this server should be sent requests."""

    ready: bool
    draining: bool
    checks: Checks


class Liveness(Struct):
    """The process answers."""

    status: Annotated[str, Meta(pattern="^alive$")] = "alive"


_encoder = msgspec.json.Encoder()


def encode(answer: Struct) -> bytes:
    """Write an answer as JSON."""
    return _encoder.encode(answer)

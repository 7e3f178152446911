"""Replies read as typed values, and refused where their shape is unknown."""

from collections.abc import Callable

import pytest

from fiblab.queue import (
    ClaimedJob,
    CorruptReply,
    DeadLetter,
    Depth,
    Enqueued,
    Event,
    Failed,
    FailOutcome,
    Failure,
    JobPage,
    JobState,
    JobStatus,
    QueuedJob,
    replies,
)
from fiblab.queue.stream_entries import Entry, EntryId
from fiblab.redis import Reply

REASON = b'{"attempts": 3, "category": "crash", "detail": "it broke", "died": 1700000000000}'
CRASH = Failure("crash", "it broke", retryable=False)

LANES = ("light", "heavy")


def test_enqueued() -> None:
    """A list of codes."""
    assert replies.enqueued([0, 1, 2]) == [Enqueued.PENDING, Enqueued.ADDED, Enqueued.FULL]


def test_requeued() -> None:
    """Of a requeue, 0 means that there was no such dead letter."""
    assert replies.requeued([0, 1, 2]) == [None, Enqueued.ADDED, Enqueued.FULL]


def test_flags() -> None:
    """1 is yes."""
    assert replies.flags([1, 0]) == [True, False]


def test_claimed() -> None:
    """The payload is all that follows the second space of a record."""
    reply: Reply = [b"a", b"light 1700000000000 x y \n\xff", b"2"]

    assert replies.claimed(reply, "nonce") == [
        ClaimedJob("a", "light", b"x y \n\xff", "nonce", 2, 1_700_000_000_000)
    ]


def test_failed() -> None:
    """An outcome and a delay."""
    assert replies.failed([1, 250]) == Failed(FailOutcome.RETRYING, 250)


def test_status_of_a_living_job() -> None:
    """Empty where there is nothing to tell."""
    assert replies.statuses([[b"leased", 2, b"0.250", b""], [b"gone", 0, b"", b""]]) == [
        JobStatus(JobState.LEASED, attempts=2, progress=0.25),
        JobStatus(JobState.GONE),
    ]


def test_status_of_a_dead_letter() -> None:
    """Its attempts are those of its reason; no retry mends it any more."""
    assert replies.status([b"dead", 0, b"", REASON]) == JobStatus(
        JobState.DEAD, attempts=3, failure=CRASH
    )


def test_dead_letters() -> None:
    """Record and reason together."""
    assert replies.dead_letters([b"a", b"heavy 1 payload", REASON]) == [
        DeadLetter("a", "heavy", b"payload", 3, CRASH, 1_700_000_000_000)
    ]


def test_depth() -> None:
    """The last numbers are pairs, one for each lane."""
    assert replies.depth([1, 2, 3, 1, 4, 50, 0, 0], LANES, 100) == Depth(
        ready={"light": 4, "heavy": 0},
        oldest_ms={"light": 50, "heavy": 0},
        leased=1,
        delayed=2,
        dead=3,
        bound=100,
        paused=True,
    )


def test_events() -> None:
    """One entry is one event for each job; an empty worker is none."""
    fields: Reply = [b"kind", b"claimed", b"jobs", b"a/1 b/2", b"worker", b"w"]
    bare: Reply = [b"kind", b"completed", b"jobs", b"c/", b"worker", b""]

    assert replies.events([[b"5-0", fields], [b"6-0", bare]]) == [
        Event("5-0", "claimed", "a", "1", "w"),
        Event("5-0", "claimed", "b", "2", "w"),
        Event("6-0", "completed", "c", "", None),
    ]


def test_job_page() -> None:
    """Where the next page begins, and the jobs; -1 is nowhere."""
    leased: Reply = [b"a", b"light 5 x", 250, b"leased", 2, b"0.250", b""]
    status = JobStatus(JobState.LEASED, attempts=2, progress=0.25)
    job = QueuedJob("a", "light", 5, status, 250)

    assert replies.job_page([3, [leased]]) == JobPage([job], 3)
    assert replies.job_page([-1, []]) == JobPage([], None)
    assert replies.described(leased) == job
    assert replies.described(None) is None


def test_entries() -> None:
    """One entry is what one script did of one kind."""
    fields: Reply = [b"kind", b"claimed", b"jobs", b"a/1 b/2/c", b"worker", b"w"]
    entry = Entry(EntryId(5, 0), "claimed", (("a", "1"), ("b", "2/c")), "w")

    assert replies.entries([[b"5-0", fields]]) == [entry]
    assert replies.entries_read([[b"key", [[b"5-0", fields]]]]) == [entry]


@pytest.mark.parametrize(("job", "found"), [("a", 1), ("b", 1), ("2", 0), ("c", 0), ("", 0)])
def test_entries_of_a_job_are_those_that_name_it(job: str, found: int) -> None:
    """Its id, not a part of another one or of a detail."""
    fields: Reply = [b"kind", b"claimed", b"jobs", b"a/1 b/2", b"worker", b"c/"]
    ids, entries = replies.entries_of([[b"5-0", fields]], job)

    assert (ids, len(entries)) == (["5-0"], found)


READERS: dict[str, Callable[[Reply], object]] = {
    "enqueued": replies.enqueued,
    "requeued": replies.requeued,
    "flags": replies.flags,
    "pair": replies.pair,
    "claimed": lambda reply: replies.claimed(reply, "nonce"),
    "failed": replies.failed,
    "status": replies.status,
    "statuses": replies.statuses,
    "dead_letters": replies.dead_letters,
    "depth": lambda reply: replies.depth(reply, LANES, 100),
    "job_page": replies.job_page,
    "events": replies.events,
    "entries": replies.entries,
    "entries_read": replies.entries_read,
    "entries_of": lambda reply: replies.entries_of(reply, "a"),
}

#: Replies that another version might give, by the reader that gets them.
UNKNOWN_SHAPES: list[tuple[str, Reply]] = [
    *((name, b"OK") for name in READERS),
    *((name, None) for name in READERS),
    ("enqueued", [7]),
    ("enqueued", [b"many"]),
    ("pair", [1, 2, 3]),
    ("failed", [1]),
    ("failed", [9, 0]),
    ("claimed", [b"a", b"light 1 x"]),
    ("claimed", [b"a", None, b"1"]),
    ("claimed", [b"a", b"light", b"1"]),
    ("claimed", [b"a", b"light noon x", b"1"]),
    ("claimed", [b"\xff", b"light 1 x", b"1"]),
    ("status", [b"asleep", 0, b"", b""]),
    ("status", [b"leased", 1, b"half", b""]),
    ("status", [b"dead", 0, b"", b"{"]),
    ("status", [b"dead", 0, b"", b'{"category": "crash"}']),
    ("dead_letters", [b"a", b"light 1 x", b"no JSON"]),
    ("depth", [1, 2, 3]),
    ("depth", [1, 2, 3, 0, 4, 50]),
    ("events", [[b"5-0"]]),
    ("events", [[b"5-0", [b"kind", b"claimed"]]]),
    ("entries", [[b"5", [b"kind", b"claimed", b"jobs", b"a/1", b"worker", b""]]]),
    ("entries_read", [[b"one", []], [b"two", []]]),
    ("entries_of", [[b"5-0", [b"kind", b"claimed"]]]),
    ("job_page", [-1]),
    ("job_page", [-1, [[b"a", b"light 5 x", 0, b"ready"]]]),
]


@pytest.mark.parametrize(("reader", "reply"), UNKNOWN_SHAPES)
def test_unknown_shape_is_a_corrupt_reply(reader: str, reply: Reply) -> None:
    """Two versions on one Redis are told as such, and by no error of Python's own."""
    with pytest.raises(CorruptReply):
        READERS[reader](reply)


def test_corrupt_reply_says_what_was_expected() -> None:
    """Whoever reads the log sees the difference."""
    with pytest.raises(CorruptReply, match="expected rows of 3, got 2 fields"):
        replies.claimed([b"a", b"light 1 x"], "nonce")
    with pytest.raises(CorruptReply, match="expected a list, got bytes"):
        replies.flags(b"OK")

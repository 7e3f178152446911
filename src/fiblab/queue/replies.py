"""Script replies turned into typed values: the one place that knows their shapes."""

import functools
from collections.abc import Callable, Iterator
from typing import ParamSpec, TypeVar

import msgspec

from fiblab.queue.errors import CorruptReply
from fiblab.queue.states import (
    ClaimedJob,
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
)
from fiblab.queue.stream_entries import Entry, EntryId
from fiblab.redis import Reply

Arguments = ParamSpec("Arguments")
Answer = TypeVar("Answer")


def _reader(read: Callable[Arguments, Answer]) -> Callable[Arguments, Answer]:
    """Raise CorruptReply for whatever a reply of another shape does to the function."""

    @functools.wraps(read)
    def checked(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Answer:
        try:
            return read(*args, **kwargs)
        except (ValueError, KeyError) as error:
            raise CorruptReply(f"the reply of {read.__name__}: {error}") from error

    return checked


class _Reason(msgspec.Struct):
    """Why a job died, as `dead_letter.lua` writes it."""

    attempts: int
    category: str
    detail: str
    died: int

    @property
    def failure(self) -> Failure:
        return Failure(self.category, self.detail, retryable=False)


_decode_reason = msgspec.json.Decoder(_Reason).decode

#: A look into a dict takes a fifth of the time of calling the enum.
_enqueued_by_code = {outcome.value: outcome for outcome in Enqueued}


def _items(reply: Reply) -> list[Reply]:
    if not isinstance(reply, list):
        raise CorruptReply(f"expected a list, got {type(reply).__name__}")
    return reply


def _bytes(reply: Reply) -> bytes:
    if not isinstance(reply, bytes):
        raise CorruptReply(f"expected a string, got {type(reply).__name__}")
    return reply


def _text(reply: Reply) -> str:
    return _bytes(reply).decode()


def _int(reply: Reply) -> int:
    if isinstance(reply, int):
        return reply
    return int(_bytes(reply))


def _rows(reply: Reply, width: int) -> Iterator[list[Reply]]:
    items = _items(reply)
    if len(items) % width:
        raise CorruptReply(f"expected rows of {width}, got {len(items)} fields")
    return (items[at : at + width] for at in range(0, len(items), width))


def _record(record: Reply) -> tuple[str, int, bytes]:
    lane, enqueued, payload = _bytes(record).split(b" ", 2)
    return lane.decode(), int(enqueued), payload


@_reader
def pair(reply: Reply) -> tuple[Reply, Reply]:
    """Split a reply of two parts."""
    first, second = _items(reply)
    return first, second


@_reader
def flags(reply: Reply) -> list[bool]:
    """Read a list of 1 and 0."""
    return [item == 1 for item in _items(reply)]


@_reader
def enqueued(reply: Reply) -> list[Enqueued]:
    """Read the outcomes of `enqueue`."""
    return [_enqueued_by_code[_int(item)] for item in _items(reply)]


@_reader
def requeued(reply: Reply) -> list[Enqueued | None]:
    """Read the outcomes of `requeue`, where 0 means that there was no such dead letter."""
    return [_enqueued_by_code[_int(item)] if item else None for item in _items(reply)]


@_reader
def claimed(reply: Reply, nonce: str) -> list[ClaimedJob]:
    """Read the jobs of `claim`, all held by the claim's nonce."""
    jobs = []
    for identity, record, attempt in _rows(reply, 3):
        lane, enqueued_ms, payload = _record(record)
        jobs.append(ClaimedJob(_text(identity), lane, payload, nonce, _int(attempt), enqueued_ms))
    return jobs


@_reader
def failed(reply: Reply) -> Failed:
    """Read the outcome of `fail`."""
    outcome, delay = _items(reply)
    return Failed(FailOutcome(_int(outcome)), _int(delay))


@_reader
def statuses(reply: Reply) -> list[JobStatus]:
    """Read the answers of `status`."""
    return [status(item) for item in _items(reply)]


@_reader
def status(reply: Reply) -> JobStatus:
    """Read what `status_one.lua` tells of one job."""
    state, attempts, progress, reason = _items(reply)
    died = _decode_reason(_bytes(reason)) if reason else None
    return JobStatus(
        state=JobState(_text(state)),
        attempts=died.attempts if died else _int(attempts),
        progress=float(_bytes(progress)) if progress else None,
        failure=died.failure if died else None,
    )


@_reader
def dead_letters(reply: Reply) -> list[DeadLetter]:
    """Read the rows of `dead_letters`."""
    letters = []
    for identity, record, why in _rows(reply, 3):
        lane, _, payload = _record(record)
        reason = _decode_reason(_bytes(why))
        letter = DeadLetter(
            _text(identity), lane, payload, reason.attempts, reason.failure, reason.died
        )
        letters.append(letter)
    return letters


@_reader
def depth(reply: Reply, lanes: tuple[str, ...], bound: int) -> Depth:
    """Read the answer of `depth`."""
    leased, delayed, dead, paused, *by_lane = [_int(item) for item in _items(reply)]
    return Depth(
        ready=dict(zip(lanes, by_lane[0::2], strict=True)),
        oldest_ms=dict(zip(lanes, by_lane[1::2], strict=True)),
        leased=leased,
        delayed=delayed,
        dead=dead,
        bound=bound,
        paused=paused == 1,
    )


@_reader
def job_page(reply: Reply) -> JobPage:
    """Read the rows of `jobs`, and where the next ones begin."""
    following, rows = _items(reply)
    jobs = [_queued_job(row) for row in _items(rows)]
    return JobPage(jobs, None if _int(following) < 0 else _int(following))


@_reader
def described(reply: Reply) -> QueuedJob | None:
    """Read the answer of `describe`, empty where there is no such job."""
    return _queued_job(reply) if reply else None


def _queued_job(row: Reply) -> QueuedJob:
    """Read what `describe_one.lua` tells of one job."""
    identity, record, left, *standing = _items(row)
    lane, enqueued_ms, _ = _record(record)
    return QueuedJob(_text(identity), lane, enqueued_ms, status(standing), _int(left))


@_reader
def events(reply: Reply) -> list[Event]:
    """Read stream entries as one event for each job."""
    return [
        Event(str(entry.id), entry.kind, job, detail, entry.worker)
        for entry in entries(reply)
        for job, detail in entry.jobs
    ]


@_reader
def entries(reply: Reply) -> list[Entry]:
    """Read stream entries, each of one kind and of one or many jobs."""
    return [_entry(item) for item in _items(reply)]


@_reader
def entries_read(reply: Reply) -> list[Entry]:
    """Read the answer of XREAD on one stream."""
    ((_, found),) = map(_items, _items(reply))
    return entries(found)


@_reader
def entries_of(reply: Reply, job: str) -> tuple[list[str], list[Entry]]:
    """Read every entry's id, and of the entries only those in which this job stands."""
    mark = f" {job}/".encode()
    ids, found = [], []
    for item in _items(reply):
        entry_id, fields = _items(item)
        ids.append(_text(entry_id))
        _, _kind, _, jobs, *_ = _items(fields)
        if mark in b" " + _bytes(jobs):
            found.append(_entry(item))
    return ids, found


def _entry(item: Reply) -> Entry:
    entry_id, fields = _items(item)
    _, kind, _, jobs, _, worker = [_text(field) for field in _items(fields)]
    noted = (one.partition("/") for one in jobs.split(" "))
    told = tuple((job, detail) for job, _, detail in noted)
    return Entry(EntryId.parse(_text(entry_id)), kind, told, worker or None)

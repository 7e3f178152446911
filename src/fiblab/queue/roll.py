"""The roll of a queue's workers as plain values, read from the answer of `workers.lua`."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import msgspec

from fiblab.queue.errors import CorruptReply
from fiblab.queue.states import mark_of
from fiblab.redis import Reply

#: Characters of a mark at the head of a nonce.
_MARK_LENGTH = len(mark_of(""))


class Presence(msgspec.Struct, frozen=True):
    """What a worker says of itself."""

    name: str
    host: str
    pid: int
    lanes: tuple[str, ...]
    since_ms: int
    """When it began, in ms since 1970 by its own clock."""
    claimants: tuple[str, ...]
    """The names under which it claims (see `Claimant`)."""


@dataclass(frozen=True, slots=True)
class HeldJob:
    """A job on lease."""

    id: str
    attempt: int
    lease_left_ms: int
    """0 where it has run out and nobody has claimed since."""


@dataclass(frozen=True, slots=True)
class PresentWorker:
    """A worker as the queue knows it."""

    presence: Presence
    seen_ms_ago: int
    holds: tuple[HeldJob, ...]
    """The lease that ends first comes first."""


class _Reply(msgspec.Struct, array_like=True):
    now_ms: int
    workers: list[bytes]
    leases: list[bytes | int]


_decode_presence = msgspec.json.Decoder(Presence).decode


def read_roll(reply: Reply) -> list[PresentWorker]:
    """Read who is there and what each holds, the longest at work first; raises CorruptReply."""
    try:
        told = msgspec.convert(reply, _Reply)
        held = _by_mark(told.leases)
        present = [
            _present(told.now_ms, account, held) for _, account in _rows(told.workers, width=2)
        ]
    except ValueError as error:
        raise CorruptReply(f"the reply of workers: {error}") from error
    return sorted(present, key=lambda one: (one.presence.since_ms, one.presence.name))


def _rows(fields: Sequence[bytes | int], width: int) -> Iterable[Sequence[bytes | int]]:
    return (fields[at : at + width] for at in range(0, len(fields), width))


def _by_mark(leases: Sequence[bytes | int]) -> dict[str, list[HeldJob]]:
    held: dict[str, list[HeldJob]] = {}
    for identity, nonce, attempt, left_ms in _rows(leases, width=4):
        mark = _text(nonce)[:_MARK_LENGTH]
        job = HeldJob(_text(identity), int(attempt), max(0, int(left_ms)))
        held.setdefault(mark, []).append(job)
    return held


def _present(now_ms: int, account: bytes | int, held: dict[str, list[HeldJob]]) -> PresentWorker:
    seen_ms, _, said = _text(account).partition(" ")
    presence = _decode_presence(said)
    marks = map(mark_of, presence.claimants)
    jobs = [job for mark in marks for job in held.get(mark, [])]
    by_end = tuple(sorted(jobs, key=lambda job: job.lease_left_ms))
    return PresentWorker(presence, max(0, now_ms - int(seen_ms)), by_end)


def _text(field: bytes | int) -> str:
    return field.decode() if isinstance(field, bytes) else str(field)

"""All that Redis holds, as a plain value: hashable, comparable, without clock times.

A lease or a delay is only over or not over: scores become true or false, and put back into Redis
they become a time long ago or in an hour. So nothing happens by itself, and two states that differ
in nothing but the hour are one.
"""

from typing import NamedTuple

import msgspec

Ends = tuple[tuple[str, bool], ...]
"""For each job whether its time is over."""


class Contents(NamedTuple):
    """The queue's keys and the values; workers and values by their number, from 1 on."""

    jobs: tuple[str, ...] = ()
    attempts: tuple[tuple[str, int], ...] = ()
    nonces: tuple[tuple[str, str], ...] = ()
    leases: Ends = ()
    delayed: Ends = ()
    progress: tuple[str, ...] = ()
    dead: tuple[str, ...] = ()
    reasons: tuple[tuple[str, int, str], ...] = ()
    died: tuple[str, ...] = ()
    """Dead letters, the oldest first."""
    ready: tuple[str, ...] = ()
    """The lane, the next one last."""
    claims: tuple[tuple[int, str], ...] = ()
    """The last claim of each worker, as `<nonce> <id> ...`."""
    values: tuple[tuple[int, str], ...] = ()
    strays: tuple[str, ...] = ()
    """Keys that ought not to live without TTL."""

    def nonce_of(self, job: str) -> str | None:
        """Give the nonce that holds a job."""
        return dict(self.nonces).get(job)

    def attempts_of(self, job: str) -> int:
        """Tell how often a job was claimed in this life."""
        return dict(self.attempts).get(job, 0)

    def has_value(self, job: str) -> bool:
        """Tell whether the value that a job is for is stored."""
        return any(str(number) == job for number, _ in self.values)

    def with_value(self, job: str, text: str) -> "Contents":
        """Store a value."""
        others = [row for row in self.values if str(row[0]) != job]
        return self._replace(values=tuple(sorted([*others, (int(job), text)])))


EMPTY = Contents()

_decode = msgspec.msgpack.Decoder(Contents, strict=False).decode  # a hash's numbers are texts
_encode = msgspec.msgpack.Encoder().encode


def over(rows: Ends, job: str) -> Ends:
    """Let the time of one job be over."""
    return tuple((one, is_over or one == job) for one, is_over in rows)


def read(packed: bytes) -> Contents:
    """Read what see_state.lua returns."""
    return _decode(packed)


def write(contents: Contents) -> bytes:
    """Write what put_state.lua takes."""
    return _encode(contents._asdict())

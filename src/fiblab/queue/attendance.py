"""Who works on a queue, and on what: each worker says every few seconds that it is there.

It is for people alone. No lease and no job depends on it: a worker that says nothing works all the
same, and one that has died is still listed until its time is up.
"""

from dataclasses import dataclass

import msgspec

from fiblab.queue import replies
from fiblab.queue.queue import Queue
from fiblab.queue.states import mark_of
from fiblab.redis import Connection, load_script

#: Seconds between two signs of life: one small call, so that an idle worker costs nothing to speak
#: of.
SIGN_OF_LIFE_S = 5.0

#: Milliseconds until a silent worker is forgotten: three signs of life may get lost before.
FORGOTTEN_AFTER_MS = 15_000

#: Most leases that are looked at: more than all workers of a laptop hold, and a few ms of Redis.
LEASE_LIMIT = 1_000


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


@dataclass(frozen=True, slots=True)
class PresentWorker:
    """A worker as the queue knows it."""

    presence: Presence
    seen_ms_ago: int
    holds: tuple[HeldJob, ...]
    """The leases that end first come first."""


_encode = msgspec.json.Encoder().encode


class Attendance:
    """The roll of a queue's workers; fails as the queue's connection fails."""

    def __init__(self, redis: Connection, queue: Queue) -> None:
        self._redis = redis
        self._queue = queue
        self._keys = (*queue.keys.all, queue.keys.workers)

    async def present(self, presence: Presence) -> None:
        """Note that a worker is there, for `FORGOTTEN_AFTER_MS`."""
        account = (presence.name, _encode(presence), FORGOTTEN_AFTER_MS)
        arguments = (*self._queue.leading_arguments, *account)
        await load_script("fiblab.queue", "present").run(self._redis, self._keys, arguments)

    async def depart(self, name: str) -> None:
        """Forget a worker that ends."""
        await self._redis.execute("HDEL", self._queue.keys.workers, name)

    async def workers(self) -> list[PresentWorker]:
        """List who is there and what each holds, the longest at work first."""
        arguments = (*self._queue.leading_arguments, LEASE_LIMIT)
        script = load_script("fiblab.queue", "workers")
        reply = await script.run(self._redis, self._keys, arguments)
        roll = replies.roll(reply)
        held: dict[str, list[HeldJob]] = {}
        for lease in roll.leases:
            job = HeldJob(lease.id, lease.attempt, max(0, lease.left_ms))
            held.setdefault(lease.nonce[: len(mark_of(""))], []).append(job)
        present = [
            PresentWorker(presence, max(0, roll.now_ms - seen_ms), _of(presence, held))
            for presence, seen_ms in roll.signs
        ]
        return sorted(present, key=lambda one: (one.presence.since_ms, one.presence.name))


def _of(presence: Presence, held: dict[str, list[HeldJob]]) -> tuple[HeldJob, ...]:
    marks = map(mark_of, presence.claimants)
    return tuple(job for mark in marks for job in held.get(mark, []))

"""The real thing: a queue on a real Redis, called one step at a time, with a raw eye on Redis.

Time is made to pass by rewriting scores, never by waiting. The queue's own moments are in ms since
1970; those that the model decides are small numbers, so their order is the model's.
"""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any, TypeVar

import redis

from fiblab.queue import JobState, Keys, Policy, Queue
from fiblab.redis import Address, Connection

from .contents import Contents, observe
from .model import QueueModel, Transition

T = TypeVar("T")

#: A moment that no test lives to see, in ms since 1970.
FAR_MS = 10**15


@dataclass(frozen=True, slots=True)
class Dump:
    """All keys of a server, and how far its events had been read."""

    values: dict[bytes, tuple[bytes, int]]
    """Key -> what DUMP gives of it, and its TTL in ms, 0 for none."""
    last_event: str


class LiveQueue:
    """One empty queue on an emptied server, with one connection and one event loop; close it."""

    def __init__(
        self, redis_url: str, keys: Keys, policy: Policy, workers: tuple[str, ...]
    ) -> None:
        self._raw = redis.Redis.from_url(redis_url)
        self._raw.flushdb()
        self._workers = workers
        # A loop factory keeps the runner from touching the thread's own event loop.
        self._runner = asyncio.Runner(loop_factory=asyncio.new_event_loop)
        self._connection = Connection(Address.parse(redis_url), name="model")
        self.run(self._connection.connect())
        self._last_event = "-"
        self.queue = Queue(self._connection, keys, policy)

    def close(self) -> None:
        """End the connections and the loop."""
        self.run(self._connection.close())
        self._runner.close()
        self._raw.close()

    def run(self, call: Coroutine[Any, Any, T]) -> T:
        """Run one call to its end."""
        return self._runner.run(call)

    def end_lease(self, identity: str, moment: int) -> None:
        """Let a lease be over since a moment."""
        self._raw.zadd(self.queue.keys.leases, {identity: moment}, xx=True)

    def make_due(self, identity: str, moment: int) -> None:
        """Let a delay be over since a moment."""
        self._raw.zadd(self.queue.keys.delayed, {identity: moment}, xx=True)

    def take_wake_token(self, lane: str) -> None:
        """Take a token as a worker does that dies right after."""
        self._raw.rpop(self.queue.keys.wake(lane))

    def dump(self) -> Dump:
        """Give all that Redis holds, as it would save it."""
        values = {
            key: (self._raw.dump(key) or b"", max(self._raw.pttl(key), 0))
            for key in self._raw.scan_iter("*")
        }
        return Dump(values, self._last_event)

    def restore(self, dump: Dump) -> None:
        """Let Redis hold what it held, and nothing else."""
        self._raw.flushdb()
        for key, (value, ttl) in dump.values.items():
            self._raw.restore(key, ttl, value)
        self._last_event = dump.last_event

    def settle(self, model: QueueModel) -> None:
        """Give random delays and times of death, which may tie, moments of the model."""
        pipe = self._raw.pipeline(transaction=False)
        for identity, job in model.in_state(JobState.DELAYED).items():
            pipe.zadd(self.queue.keys.delayed, {identity: job.over or FAR_MS}, xx=True)
        for identity, death in model.deaths.items():
            pipe.zadd(self.queue.keys.dead_by_time, {identity: death.call}, xx=True)
        if pipe:
            pipe.execute()

    def contents(self) -> Contents:
        """Read what Redis holds."""
        return observe(self._raw, self.queue.keys, self._workers)

    async def new_transitions(self) -> list[Transition]:
        """Read the transitions since the last look; a random delay is left out."""
        events = await self.queue.events(after=self._last_event)
        if events:
            self._last_event = events[-1].id
        return [
            (event.kind, event.job, "" if event.kind == "retrying" else event.detail)
            for event in events
        ]

    def keys_without_ttl(self) -> set[str]:
        """Name the keys that live for ever."""
        found = list(self._raw.scan_iter("*"))
        pipe = self._raw.pipeline(transaction=False)
        for key in found:
            pipe.ttl(key)
        return {key.decode() for key, ttl in zip(found, pipe.execute(), strict=True) if ttl < 0}

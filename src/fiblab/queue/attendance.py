"""Who works on a queue, and on what: each worker says every few seconds that it is there.

It is for people alone. No lease and no job depends on it: a worker that says nothing works all the
same, and one that has died is still listed until its time is up.
"""

import msgspec

from fiblab.queue.queue import Queue
from fiblab.queue.roll import Presence, PresentWorker, read_roll
from fiblab.redis import Connection, load_script

#: Seconds between two signs of life: one small call, which costs an idle worker nothing measurable.
SIGN_OF_LIFE_S = 5.0

#: Milliseconds until a silent worker is forgotten: two signs of life may get lost before.
FORGOTTEN_AFTER_MS = 15_000

#: Most leases that are looked at: more than a few workers hold, and less than 2 ms of Redis.
LEASE_LIMIT = 1_000


class Attendance:
    """The roll of a queue's workers; it fails as the queue's connection fails."""

    def __init__(self, redis: Connection, queue: Queue) -> None:
        self._redis = redis
        self._shared = queue.leading_arguments
        self._roll = queue.keys.workers
        self._keys = (*queue.keys.all, self._roll)

    async def present(self, worker: Presence) -> None:
        """Note that a worker is there, for `FORGOTTEN_AFTER_MS`."""
        account = msgspec.json.encode(worker)
        arguments = (*self._shared, worker.name, account, FORGOTTEN_AFTER_MS)
        await load_script("fiblab.queue", "present").run(self._redis, self._keys, arguments)

    async def depart(self, name: str) -> None:
        """Forget a worker that ends; nothing where there is none of that name."""
        await self._redis.execute("HDEL", self._roll, name)

    async def workers(self) -> list[PresentWorker]:
        """List who is there and what each holds, the longest at work first."""
        arguments = (*self._shared, LEASE_LIMIT)
        script = load_script("fiblab.queue", "workers")
        return read_roll(await script.run(self._redis, self._keys, arguments))

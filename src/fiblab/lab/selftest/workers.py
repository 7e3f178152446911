"""A worker that does one step when it is told to, on the real queue."""

from collections.abc import Sequence

from fiblab.fibonacci import fibonacci_text
from fiblab.queue import Claimant, ClaimedJob, Failure, Heartbeat, Queue
from fiblab.redis import Connection
from fiblab.storage import Values

LANES = ("light", "heavy")


class Tokens:
    """Makes the proof that a claim is one's own."""

    async def fresh(self, _redis: Connection, worker: str, lanes: tuple[str, ...]) -> Claimant:
        """Make one that is random."""
        return Claimant.fresh(worker, lanes)


class DrillWorker:
    """Claims, computes, completes, fails, releases, each when told to; forgotten, it has died."""

    def __init__(
        self, name: str, redis: Connection, queue: Queue, values: Values, tokens: Tokens
    ) -> None:
        self._name = name
        self._redis = redis
        self._queue = queue
        self._values = values
        self._tokens = tokens

    async def claim(self, limit: int = 1) -> list[ClaimedJob]:
        """Lease up to `limit` jobs; 0 only takes back what has expired."""
        claimant = await self._tokens.fresh(self._redis, self._name, LANES)
        _, jobs = await self._queue.complete_and_claim([], claimant, limit)
        return jobs

    async def complete(self, jobs: Sequence[ClaimedJob]) -> None:
        """Store the jobs' values, and end the jobs."""
        for job in jobs:
            await self._values.redis.put({int(job.id): fibonacci_text(int(job.id))})
        claimant = await self._tokens.fresh(self._redis, self._name, LANES)
        await self._queue.complete_and_claim([job.lease for job in jobs], claimant, 0)

    async def heartbeat(self, jobs: Sequence[ClaimedJob]) -> None:
        """Prolong leases."""
        await self._queue.heartbeat([Heartbeat(job.lease) for job in jobs])

    async def release(self, jobs: Sequence[ClaimedJob]) -> None:
        """Give jobs back."""
        await self._queue.release([job.lease for job in jobs])

    async def fail(self, jobs: Sequence[ClaimedJob], *, retryable: bool) -> None:
        """End an attempt that failed."""
        for job in jobs:
            await self._queue.fail(job.lease, Failure("timeout", "It took too long.", retryable))

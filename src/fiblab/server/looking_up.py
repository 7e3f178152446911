"""How an index stands: done, calculating, failed, or absent; "calculating" is never stored.

remembered in this process? -> one script on Redis: value, job, dead letter
    -> neither? the counts in Postgres: asked before -> enqueue again (Redis lost it), else absent
"""

import asyncio
from collections.abc import Sequence
from itertools import repeat

from msgspec import UNSET

from fiblab.fibonacci.job import FibonacciJob, lane_of
from fiblab.queue import Enqueued, Job, JobState, JobStatus, Queue
from fiblab.redis import RedisError
from fiblab.server.believing import Believer
from fiblab.server.breaker import Breaker, BreakerOpen
from fiblab.server.cache_script import CacheScripts, Value
from fiblab.server.in_time import in_time
from fiblab.server.problems import QUEUE_FULL, Refusal, retry_after
from fiblab.server.refusals import POSTGRES_READ_TIMEOUT_S
from fiblab.server.wire import (
    FailureReason,
    FibonacciAbsent,
    FibonacciCalculating,
    FibonacciFailed,
    RangeItem,
)
from fiblab.storage import POSTGRES_ERRORS, Requests

#: Seconds until a full queue is worth another try: the time it takes to drain some of it.
FULL_RETRY_S = 1.0
#: Values of a range that are verified before everyone else has a turn: up to 20 ms, if all have
#: 10,000 digits.
FAIR_SHARE = 50

#: What looking up may raise; all are definite, as it counts nothing.
LOOK_UP_ERRORS = (BreakerOpen, RedisError, Refusal, *POSTGRES_ERRORS)


class LookUp:
    """Finds out how indices stand, and puts back into the queue what Redis has lost."""

    def __init__(  # noqa: PLR0913 - one of each store, all by keyword
        self,
        *,
        scripts: CacheScripts,
        believer: Believer,
        queue: Queue,
        requests: Requests,
        redis_breaker: Breaker,
        postgres_breaker: Breaker,
        light_max_index: int,
    ) -> None:
        self._scripts = scripts
        self._believer = believer
        self._queue = queue
        self._requests = requests
        self._redis_breaker = redis_breaker
        self._postgres_breaker = postgres_breaker
        self._light_max_index = light_max_index

    async def one(self, index: int) -> RangeItem:
        """Tell how one index stands.

        Raises one of LOOK_UP_ERRORS: a breaker is open, a store fails, or the queue is full.
        """
        recalled = self._believer.recall(index)
        if recalled is not None:
            return recalled
        (item,) = await self.many([index])
        return item

    async def many(self, indices: Sequence[int]) -> list[RangeItem]:
        """Tell how each index stands, in order; raises as `one` does."""
        with self._redis_breaker:
            found = await self._scripts.look_up(indices)
        unknown = [index for index, what in zip(indices, found, strict=True) if _is_gone(what)]
        lost = await self._asked_among(unknown)
        items: list[RangeItem] = []
        for part in range(0, len(found), FAIR_SHARE):
            share = slice(part, part + FAIR_SHARE)
            standings = map(self._standing, indices[share], found[share], repeat(lost))
            items += await asyncio.gather(*standings)
        return items

    async def _standing(self, index: int, found: Value | JobStatus, lost: set[int]) -> RangeItem:
        if isinstance(found, JobStatus):
            self._believer.miss()
            return await self._unfinished(index, found, lost)
        done = await self._believer.believe(index, found)
        return done or await self.enqueue_again(index)

    async def _unfinished(self, index: int, job: JobStatus, lost: set[int]) -> RangeItem:
        match job.state:
            case JobState.DEAD if job.failure is not None:
                reason = FailureReason(job.failure.category, job.failure.detail)
                return FibonacciFailed(index, job.attempts, reason)
            case JobState.GONE:
                return await self.enqueue_again(index) if index in lost else FibonacciAbsent(index)
            case _:
                progress = UNSET if job.progress is None else job.progress
                return FibonacciCalculating(index, progress, job.attempts or UNSET)

    async def _asked_among(self, indices: Sequence[int]) -> set[int]:
        if not indices:
            return set()
        with self._postgres_breaker:
            asked = self._requests.asked_among(indices)
            return await in_time(asked, POSTGRES_READ_TIMEOUT_S)

    async def enqueue_again(self, index: int) -> FibonacciCalculating:
        """Queue an index that was counted before; nothing is counted now."""
        request = FibonacciJob(index)
        job = Job(request.id, lane_of(index, self._light_max_index), request.encode())
        with self._redis_breaker:
            (outcome,) = await self._queue.enqueue([job])
        if outcome is Enqueued.FULL:
            detail = f"F({index}) was asked for, and there is no room to calculate it now."
            raise Refusal(QUEUE_FULL, detail, headers=[retry_after(FULL_RETRY_S)])
        return FibonacciCalculating(index)


def _is_gone(found: Value | JobStatus) -> bool:
    return isinstance(found, JobStatus) and found.state is JobState.GONE

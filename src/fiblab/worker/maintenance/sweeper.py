"""Settles what the ledger still owes: closes what ended, enqueues anew what Redis has lost.

an open row's job is ...        and a value is stored    and none is
ready, leased or delayed        left alone: it is under way
dead                            closed as done           closed as failed, with the reason
gone                            closed as done           enqueued again: Redis has lost it
"""

import asyncio
import random
from collections.abc import Sequence
from datetime import timedelta

import structlog

from fiblab.fibonacci.job import FibonacciJob, lane_of
from fiblab.observability.logs import Category
from fiblab.observability.metrics import WorkerMetrics
from fiblab.queue import Enqueued, Failure, Job, JobState, JobStatus, Queue
from fiblab.storage import POSTGRES_ERRORS, OpenRequests, Values
from fiblab.storage.open_requests import SweeperRole
from fiblab.worker.outages import OUTAGE_ERRORS, Outages

#: Indices looked at in one call: some 5 ms of Redis's time.
PAGE = 500

#: How long a closed row is kept, so that a repeated request is recognised by its key.
IDEMPOTENCY_WINDOW = timedelta(hours=24)

#: Steps of forgetting in one sweep: 200,000 rows in about a second, more than two servers accept
#: meanwhile. What is left then waits for the next one, so that nobody else waits for it.
FORGET_STEPS = 20

#: What a sweep may fail with, upon which the next one tries again.
SWEEP_ERRORS = (*OUTAGE_ERRORS, *POSTGRES_ERRORS)

_log = structlog.get_logger()


class Sweeper:
    """Sweeps every `interval_s` seconds or so, if no other worker is sweeping just then.

    Everything it does may be done twice. A job that it takes for lost, and that is not, is
    computed once more; a sweep that fails in its middle is made good by the next. One that was
    frozen for long thaws beside another: it ends its page, to no harm, and leaves the rest.
    """

    def __init__(  # noqa: PLR0913 - each part is given from outside, by name
        self,
        open_requests: OpenRequests,
        queue: Queue,
        values: Values,
        *,
        outages: Outages,
        metrics: WorkerMetrics,
        interval_s: float,
        after_s: float,
        light_max_index: int,
    ) -> None:
        self._open_requests = open_requests
        self._queue = queue
        self._values = values
        self._outages = outages
        self._metrics = metrics
        self._interval_s = interval_s
        self._after_s = after_s
        self._light_max_index = light_max_index

    async def run(self) -> None:
        """Sweep until cancelled."""
        while True:
            # Many workers that were started at once do not look at once.
            await asyncio.sleep(self._interval_s * random.uniform(0.5, 1.5))  # noqa: S311 - spreads load
            try:
                await self.sweep()
            except SWEEP_ERRORS as error:
                self._outages.note("sweep", error)
            except Exception:  # noqa: BLE001 - a bug here must not keep anybody from computing
                _log.exception("bug in a sweep", category=Category.BUG)
            else:
                self._outages.over("sweep")

    async def sweep(self) -> None:
        """Look at every open row that is old enough, and forget closed ones that are too old."""
        async with self._open_requests.sole_sweeper() as role:
            if role is None:
                return
            if not await self._settle_all(role):
                _log.info("sweep left to another worker")
                return
            await self._forget_closed()

    async def _settle_all(self, role: SweeperRole) -> bool:
        """Settle page after page; return whether the role was held to the end."""
        last_seen = -1
        while page := await self._open_requests.open_indices(
            self._after_s, PAGE, after_index=last_seen
        ):
            await self._settle(page)
            if not await role.still_held():
                return False
            last_seen = page[-1]
        return True

    async def _settle(self, indices: Sequence[int]) -> None:
        """Settle a page: first where its jobs are, then what is stored, as a job stores first."""
        statuses = await self._queue.status([str(index) for index in indices])
        ended = {
            index: status
            for index, status in zip(indices, statuses, strict=True)
            if status.state in (JobState.DEAD, JobState.GONE)
        }
        found = await asyncio.gather(*map(self._values.exists, ended))
        stored = {index for index, is_stored in zip(ended, found, strict=True) if is_stored}
        missing = {index: status for index, status in ended.items() if index not in stored}
        await self._close_done(sorted(stored))
        for index, status in missing.items():
            if status.failure is not None:
                await self._close_failed(index, status, status.failure)
        await self._enqueue([i for i, status in missing.items() if status.state is JobState.GONE])

    async def _forget_closed(self) -> None:
        for _ in range(FORGET_STEPS):
            forgotten = await self._open_requests.forget_closed(IDEMPOTENCY_WINDOW)
            self._count("forgotten", forgotten)
            if forgotten < self._open_requests.step:
                return

    async def _close_done(self, indices: Sequence[int]) -> None:
        if indices:
            self._count("closed_done", await self._open_requests.close_done(indices))

    async def _close_failed(self, index: int, status: JobStatus, failure: Failure) -> None:
        rows = await self._open_requests.close_failed(
            index, failure.category, failure.detail, status.attempts
        )
        self._count("closed_failed", rows)

    async def _enqueue(self, indices: Sequence[int]) -> None:
        jobs = [self._job(index) for index in indices]
        outcomes = await self._queue.enqueue(jobs)
        added = outcomes.count(Enqueued.ADDED)
        if added:
            _log.warning("lost jobs enqueued again", category=Category.DEPENDENCY, count=added)
        if Enqueued.FULL in outcomes:
            _log.warning("lost jobs wait: queue full", category=Category.OVERLOAD, count=len(jobs))
        self._count("enqueued", added)

    def _job(self, index: int) -> Job:
        request = FibonacciJob(index)
        return Job(request.id, lane_of(index, self._light_max_index), request.encode())

    def _count(self, action: str, rows: int) -> None:
        self._metrics.sweeps[action].inc(rows)

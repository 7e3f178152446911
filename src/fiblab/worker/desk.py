"""What the lanes of a worker share: the queue, and how a job's end is told to it and to the log."""

import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from fiblab.observability.metrics import WorkerMetrics
from fiblab.queue import ClaimedJob, FailOutcome, Queue
from fiblab.worker.errors import JobFailed
from fiblab.worker.order import Order
from fiblab.worker.outages import Outages

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Desk:
    """Where jobs are handed in."""

    queue: Queue
    outages: Outages
    metrics: WorkerMetrics

    async def fail(self, job: ClaimedJob, failed: JobFailed) -> None:
        """Tell the queue that an attempt failed: it decides whether there will be another."""
        failure = failed.failure
        result = await self.outages.endure("fail", lambda: self.queue.fail(job.lease, failure))
        outcome = result.outcome.name.lower()
        self.metrics.jobs[job.lane, outcome].inc()
        _log.warning(
            "job failed",
            category=failed.log_category,
            job=job.id,
            lane=job.lane,
            attempt=job.attempt,
            failure=failure.category,
            detail=failure.detail,
            outcome=outcome,
            retry_in_ms=result.retry_in_ms if result.outcome is FailOutcome.RETRYING else None,
        )

    async def complete(self, orders: Sequence[Order]) -> None:
        """End jobs whose values are stored."""
        leases = [order.lease for order in orders]
        held = await self.outages.endure("complete", lambda: self.queue.complete(leases))
        self.record(orders, held)

    def record(self, orders: Sequence[Order], held: Sequence[bool]) -> None:
        """Count and log ended jobs.

        A lease that no longer held when the job was handed in is no failure: the value is stored,
        and the job someone else's. It also looks so when the reply to an earlier try was lost.
        """
        ends = [
            (order.job.lane, "done" if was_held else "stale")
            for order, was_held in zip(orders, held, strict=True)
        ]
        for end, jobs in Counter(ends).items():
            self.metrics.jobs[end].inc(jobs)
        if not _log.is_enabled_for(logging.INFO):
            return  # what there is to say of each job costs more than all else here
        for order, (lane, outcome) in zip(orders, ends, strict=True):
            _log.info(
                "job ended",
                **order.log_fields,
                lane=lane,
                attempt=order.job.attempt,
                outcome=outcome,
            )

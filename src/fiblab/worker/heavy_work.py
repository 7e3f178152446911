"""A heavy job: read -> look -> compute -> verify -> store.

It is computed in a child process, so that the event loop stays free for heartbeats, for the light
lane and for signals, and so that a computation that nobody needs any more can be killed.
"""

import asyncio
from collections.abc import Sequence
from functools import partial

import structlog

from fiblab.fibonacci import Progress, verify
from fiblab.fibonacci import WrongValue as NotFibonacci
from fiblab.fibonacci.job import HEAVY
from fiblab.observability.logs import log_context
from fiblab.queue import ClaimedJob
from fiblab.storage import Values
from fiblab.worker.desk import Desk
from fiblab.worker.errors import JobFailed, WrongValue
from fiblab.worker.executor.executor import Executor
from fiblab.worker.executor.progress_estimate import ProgressEstimate
from fiblab.worker.lease_keeper import KeptLease, LeaseKeeper
from fiblab.worker.order import Order, read_order

_log = structlog.get_logger()


class HeavyWork:
    """Delivers one heavy value at a time, with a child process of its own.

    A lost lease kills the computation: another worker has the job.
    """

    def __init__(
        self,
        values: Values,
        *,
        executor: Executor,
        leases: LeaseKeeper,
        desk: Desk,
        max_index: int,
    ) -> None:
        self._values = values
        self._executor = executor
        self._leases = leases
        self._desk = desk
        self._outages = desk.outages
        self._max_index = max_index

    async def __call__(self, jobs: Sequence[ClaimedJob]) -> list[Order]:
        """Work on a single job; returns its order if the value is stored."""
        (job,) = jobs
        try:
            order = read_order(job, self._max_index)
        except JobFailed as failed:
            await self._desk.fail(job, failed)
            return []
        with log_context(**order.log_fields):
            return [order] if await self._attempt(order) else []

    async def _attempt(self, order: Order) -> bool:
        try:
            return await self._deliver_while_leased(order)
        except JobFailed as failed:
            await self._desk.fail(order.job, failed)
            return False

    async def _deliver_while_leased(self, order: Order) -> bool:
        """Deliver with heartbeats going on; False if the lease was lost and the job abandoned."""
        progress = ProgressEstimate()
        delivery = asyncio.create_task(self._deliver(order.index, progress))
        kept = KeptLease(order.lease, on_lost=delivery.cancel, progress=progress.share)
        try:
            with self._leases.keep([kept]):
                await delivery
        except asyncio.CancelledError:
            if not kept.lost:
                raise
            self._desk.metrics.leases_lost[HEAVY].inc()
            _log.warning("job abandoned: its lease was lost", attempt=order.job.attempt)
            return False
        return True

    async def _deliver(self, index: int, progress: ProgressEstimate) -> None:
        if await self._is_at_hand(index):
            return
        text = await self._compute(index, progress)
        await self._verify(index, text)
        await self._store(index, text)

    async def _is_at_hand(self, index: int) -> bool:
        """Look before computing; what Redis has lost since comes back from PostgreSQL."""
        look = partial(self._values.restore, index)
        return await self._outages.endure_unless_refused("look", look)

    async def _compute(self, index: int, progress: ProgressEstimate) -> str:
        def hear(report: Progress) -> None:
            progress.hear(report)
            self._leases.tell_progress()

        with self._desk.metrics.compute_seconds[HEAVY].time():
            return await self._executor.compute(index, hear)

    async def _verify(self, index: int, text: str) -> None:
        """Check the value here, in another process than the one that computed and sent it."""
        try:
            await asyncio.to_thread(verify, index, text)
        except NotFibonacci as wrong:
            raise WrongValue(str(wrong)) from wrong

    async def _store(self, index: int, text: str) -> None:
        await self._outages.endure_unless_refused("store", lambda: self._values.store(index, text))

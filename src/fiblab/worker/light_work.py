"""Light jobs, a batch at a time: read -> look -> compute -> verify -> store.

A light value takes a millisecond or so, and is computed on the event loop: a thread would hold the
GIL just as long, and handing over costs more than most of these values. After each the loop gets
its turn, and so do heartbeats. Where `light_max_index` lets larger ones in, they go to a thread.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager

from fiblab.fibonacci import WrongValue as NotFibonacci
from fiblab.fibonacci import fibonacci_text, verify
from fiblab.fibonacci.job import LIGHT
from fiblab.observability.logs import log_context
from fiblab.queue import ClaimedJob
from fiblab.storage import RedisValues
from fiblab.worker.dense_range import DenseRange
from fiblab.worker.desk import Desk
from fiblab.worker.errors import JobFailed, Unforeseen, WrongValue
from fiblab.worker.lease_keeper import KeptLease, LeaseKeeper
from fiblab.worker.order import Order, read_order

#: The largest index computed on the loop: about 1 ms. Longer would make others late.
LOOP_MAX_INDEX = 200_000


class LightWork:
    """Delivers light values: each step passes on the orders that it could serve.

    One that it could not serve fails at once, and alone. A lost lease stops nothing: a batch is
    over sooner than it could be stopped, and the queue refuses what a stale lease completes.
    """

    def __init__(
        self,
        values: RedisValues,
        *,
        leases: LeaseKeeper,
        desk: Desk,
        max_index: int,
        dense_max_index: int,
    ) -> None:
        self._values = values
        self._dense_range = DenseRange(values)
        self._leases = leases
        self._desk = desk
        self._outages = desk.outages
        self._max_index = max_index
        self._dense_max_index = dense_max_index

    async def __call__(self, jobs: Sequence[ClaimedJob]) -> list[Order]:
        """Work on a batch; returns the orders whose values are stored."""
        with self._leases.keep([KeptLease(job.lease) for job in jobs]):
            orders = await self._read(jobs)
            stored, missing = await self._look(orders)
            dense, beyond = _parted(missing, lambda order: order.index <= self._dense_max_index)
            extended = await self._extend_dense_range(dense)
            computed = await self._compute_and_verify(beyond)
            kept = await self._store(computed)
        return [*stored, *extended, *kept]

    async def _read(self, jobs: Sequence[ClaimedJob]) -> list[Order]:
        orders = []
        for job in jobs:
            try:
                orders.append(read_order(job, self._max_index))
            except JobFailed as failed:
                await self._desk.fail(job, failed)
        return orders

    async def _look(self, orders: Sequence[Order]) -> tuple[list[Order], list[Order]]:
        """Part the orders into those whose value is stored already, and those without."""
        is_stored: dict[Order, bool] = {}
        async with self._failing_together(orders):
            found = await self._outages.endure_unless_refused(
                "look", lambda: self._values.exists([order.index for order in orders])
            )
            is_stored = dict(zip(orders, found, strict=True))
        return _parted(list(is_stored), is_stored.__getitem__)

    async def _extend_dense_range(self, orders: Sequence[Order]) -> Sequence[Order]:
        """Serve dense orders in one step, as each value follows from those stored before it."""
        served: list[Order] = []
        if orders:
            async with self._failing_together(orders):
                await self._outages.endure_unless_refused(
                    "extend the dense range",
                    lambda: self._dense_range.cover([order.index for order in orders]),
                )
                served.extend(orders)
        return served

    async def _compute_and_verify(self, orders: Sequence[Order]) -> dict[Order, str]:
        texts = {}
        for order in orders:
            async with self._failing_together([order]):
                with self._desk.metrics.compute_seconds[LIGHT].time():
                    texts[order] = await _verified_text(order.index)
            await asyncio.sleep(0)
        return texts

    async def _store(self, texts: Mapping[Order, str]) -> Sequence[Order]:
        served: list[Order] = []
        values = {order.index: text for order, text in texts.items()}
        async with self._failing_together(list(texts)):
            await self._outages.endure_unless_refused("store", lambda: self._values.put(values))
            served.extend(texts)
        return served

    @asynccontextmanager
    async def _failing_together(self, orders: Sequence[Order]) -> AsyncIterator[None]:
        """Let a JobFailed that the block raises be the failure of these orders, and end there."""
        try:
            yield
        except JobFailed as failed:
            for order in orders:
                with log_context(**order.log_fields):
                    await self._desk.fail(order.job, failed)


def _parted(
    orders: Sequence[Order], is_first: Callable[[Order], bool]
) -> tuple[list[Order], list[Order]]:
    """Return the orders of which that is true, and the others."""
    first = [order for order in orders if is_first(order)]
    return first, [order for order in orders if not is_first(order)]


async def _verified_text(index: int) -> str:
    """Return F(index); raises WrongValue, or Unforeseen for a bug that only this index may show."""
    try:
        if index <= LOOP_MAX_INDEX:
            return _fibonacci(index)
        return await asyncio.to_thread(_fibonacci, index)
    except NotFibonacci as wrong:
        raise WrongValue(str(wrong)) from wrong
    except Exception as bug:
        raise Unforeseen(repr(bug)) from bug


def _fibonacci(index: int) -> str:
    text = fibonacci_text(index)
    verify(index, text)
    return text

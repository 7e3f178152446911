"""Light jobs, a batch at a time: read -> look -> compute -> verify -> store.

A light value takes a millisecond or so, and is computed on the event loop: a thread would hold the
GIL just as long, and handing over costs more than most of these values. After each the loop gets
its turn, and so do heartbeats. Where `light_max_index` lets larger ones in, they go to a thread.
"""

import asyncio
import time
from collections.abc import Sequence

from fiblab.fibonacci import WrongValue as NotFibonacci
from fiblab.fibonacci import fibonacci_text, verify
from fiblab.fibonacci.job import LIGHT
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
        self._max_index = max_index
        self._dense_max_index = dense_max_index

    async def __call__(self, jobs: Sequence[ClaimedJob]) -> list[Order]:
        """Work on a batch; returns the orders whose values are stored."""
        with self._leases.keep([KeptLease(job.lease) for job in jobs]):
            orders = await self._read(jobs)
            stored, missing = await self._look(orders)
            dense = [order for order in missing if order.index <= self._dense_max_index]
            beyond = [order for order in missing if order.index > self._dense_max_index]
            extended = await self._extend_dense_range(dense)
            computed = await self._compute(beyond)
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
        """Part the orders into those whose value is stored already, and those missing."""
        indices = [order.index for order in orders]
        found = await self._desk.outages.endure("look", lambda: self._values.exists(indices))
        stored = [order for order, is_stored in zip(orders, found, strict=True) if is_stored]
        missing = [order for order, is_stored in zip(orders, found, strict=True) if not is_stored]
        return stored, missing

    async def _extend_dense_range(self, orders: Sequence[Order]) -> Sequence[Order]:
        """Serve dense orders: each value follows from those stored before, so this is one step."""
        indices = [order.index for order in orders]
        try:
            if indices:
                await self._desk.outages.store(lambda: self._dense_range.cover(indices))
        except NotFibonacci as wrong:
            return await self._fail(orders, WrongValue(str(wrong)))
        except JobFailed as failed:
            return await self._fail(orders, failed)
        return orders

    async def _compute(self, orders: Sequence[Order]) -> dict[Order, str]:
        texts = {}
        for order in orders:
            started = time.perf_counter()
            try:
                texts[order] = await _compute_and_verify(order.index)
            except JobFailed as failed:
                await self._desk.fail(order.job, failed)
            self._desk.metrics.compute_seconds[LIGHT].observe(time.perf_counter() - started)
            await asyncio.sleep(0)
        return texts

    async def _store(self, texts: dict[Order, str]) -> Sequence[Order]:
        values = {order.index: text for order, text in texts.items()}
        try:
            await self._desk.outages.store(lambda: self._values.put(values))
        except JobFailed as failed:
            return await self._fail(list(texts), failed)
        return list(texts)

    async def _fail(self, orders: Sequence[Order], failed: JobFailed) -> Sequence[Order]:
        for order in orders:
            await self._desk.fail(order.job, failed)
        return ()


async def _compute_and_verify(index: int) -> str:
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

"""Heartbeats for every job in hand, however long it takes."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress

import msgspec

from fiblab.queue import Heartbeat, Lease, Queue
from fiblab.worker.outages import OUTAGE_ERRORS, Outages

#: Heartbeats in one visibility timeout: two may get lost before the lease is.
BEATS_PER_LEASE = 3

#: Seconds between two heartbeats at most: they carry the progress that a person watches.
PROGRESS_INTERVAL_S = 1.0

#: Seconds between two heartbeats at least, however often there is progress to tell.
SHORTEST_INTERVAL_S = 0.2


def _nothing_to_tell() -> None:
    return None


class KeptLease(msgspec.Struct):
    """A lease that is being kept; `lost` once the queue has said that it is another's."""

    lease: Lease
    on_lost: Callable[[], object] = _nothing_to_tell
    progress: Callable[[], float | None] = _nothing_to_tell
    lost: bool = False


class LeaseKeeper:
    """Prolongs all kept leases in one call, three times in a visibility timeout or more often.

    Where Redis does not answer it goes on: the lease may still be there when Redis is. Where Redis
    answers that a lease is lost, `on_lost` is called, and the job must be abandoned.
    """

    def __init__(self, queue: Queue, outages: Outages) -> None:
        self._queue = queue
        self._outages = outages
        lease_s = queue.policy.visibility_timeout_ms / 1_000
        self._interval_s = min(lease_s / BEATS_PER_LEASE, PROGRESS_INTERVAL_S)
        self._rest_s = min(SHORTEST_INTERVAL_S, self._interval_s / 2)
        self._kept: dict[Lease, KeptLease] = {}
        self._news = asyncio.Event()

    @contextmanager
    def keep(self, leases: Sequence[KeptLease]) -> Iterator[None]:
        """Keep these leases inside the block; leave it before the jobs are ended or given back."""
        self._kept |= {kept.lease: kept for kept in leases}
        try:
            yield
        finally:
            for kept in leases:
                self._kept.pop(kept.lease, None)

    def tell_progress(self) -> None:
        """Send the next heartbeat soon: there is progress to show."""
        self._news.set()

    async def run(self) -> None:
        """Send heartbeats until cancelled."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._interval_s - self._rest_s):
                    await self._news.wait()
            self._news.clear()
            await self._beat()
            await asyncio.sleep(self._rest_s)

    async def _beat(self) -> None:
        kept = list(self._kept.values())
        beats = [Heartbeat(one.lease, one.progress()) for one in kept]
        try:
            held = await self._queue.heartbeat(beats)
        except OUTAGE_ERRORS as error:
            self._outages.note("heartbeat", error)
            return
        self._outages.over("heartbeat")
        for one, is_held in zip(kept, held, strict=True):
            if not is_held and self._kept.pop(one.lease, None) is not None:
                one.lost = True
                one.on_lost()

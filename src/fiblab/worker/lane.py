"""A lane's run loop, in which one round trip ends a batch of jobs and begins the next.

    complete and claim --> any jobs? --yes--> work on them --.
      ^                        | no                          |
      |                        v                             |
      '---------------- wait for work                        |
      '------------------------------------------------------'

What the work is, and in which steps it is done, stands in `light_work.py` and `heavy_work.py`.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import structlog

from fiblab.observability.logs import Category
from fiblab.queue import Claimant, ClaimedJob
from fiblab.worker.desk import Desk
from fiblab.worker.errors import Unforeseen
from fiblab.worker.order import Order
from fiblab.worker.outages import OUTAGE_ERRORS
from fiblab.worker.wake_ups import WakeUps

#: Seconds for giving jobs back when there is no time left; otherwise their leases expire.
GIVE_BACK_LIMIT_S = 2.0

#: Works on claimed jobs and returns the orders whose values are stored. Jobs that failed it has
#: told to the desk, jobs whose lease was lost it has left. Cancelled, it leaves nothing running.
Work = Callable[[Sequence[ClaimedJob]], Awaitable[Sequence[Order]]]

_log = structlog.get_logger()


class Lane:
    """Serves one lane, up to `limit` jobs at a time, as a claimant with a name of its own.

    The name must be its own because two claimants of one name would be handed each other's jobs
    after a lost reply. While Redis is away the lane waits for it.
    """

    def __init__(  # noqa: PLR0913 - each part is given from outside, by name
        self,
        name: str,
        *,
        claimant: str,
        limit: int,
        work: Work,
        desk: Desk,
        wake_ups: WakeUps,
    ) -> None:
        self._name = name
        self.claimant = claimant
        self._limit = limit
        self._work = work
        self._desk = desk
        self._wake_ups = wake_ups

    async def run(self) -> None:
        """Serve until the shutdown begins and the jobs in hand are settled.

        Cancelled, it gives the jobs in hand back, for which it takes `GIVE_BACK_LIMIT_S` at most.
        """
        done: Sequence[Order] = ()
        while (jobs := await self._complete_and_claim(done)) is not None:
            if jobs:
                done = await self._attend_to(jobs)
            else:
                done = ()
                await self._wake_ups.wait(self._name)
        await self._desk.complete(done)

    async def _complete_and_claim(self, done: Sequence[Order]) -> list[ClaimedJob] | None:
        """End the jobs that are done and claim the next; None, doing neither, in a shutdown."""
        desk = self._desk
        leases = [order.lease for order in done]
        # Repeated after a lost reply, the same token is given the same jobs.
        claimant = Claimant.fresh(self.claimant, (self._name,))
        answer = await desk.outages.endure_until_shutdown(
            "claim", lambda: desk.queue.complete_and_claim(leases, claimant, self._limit)
        )
        if answer is None:
            return None
        held, jobs = answer
        desk.record(done, held)
        desk.metrics.attempts[self._name].inc(len(jobs))
        return jobs

    async def _attend_to(self, jobs: Sequence[ClaimedJob]) -> Sequence[Order]:
        """Have the jobs worked on; whatever comes of that, no job is left without an end."""
        try:
            return await self._work(jobs)
        except asyncio.CancelledError:
            await self._give_back(jobs)
            raise
        except Exception as bug:  # noqa: BLE001 - a bug may cost these jobs, but not the worker
            _log.exception("bug in a job's work", category=Category.BUG, lane=self._name)
            for job in jobs:
                await self._desk.fail(job, Unforeseen(repr(bug)))
            return ()

    async def _give_back(self, jobs: Sequence[ClaimedJob]) -> None:
        """Release jobs, their attempt not counted; where that fails, their leases expire."""
        try:
            async with asyncio.timeout(GIVE_BACK_LIMIT_S):
                released = await self._desk.queue.release([job.lease for job in jobs])
        except (*OUTAGE_ERRORS, TimeoutError) as error:
            _log.warning("jobs left to expire", category=Category.DEPENDENCY, error=repr(error))
            return
        for job, was_held in zip(jobs, released, strict=True):
            outcome = "released" if was_held else "stale"
            self._desk.metrics.jobs[job.lane, outcome].inc()
            _log.info("job given back", job=job.id, lane=job.lane, outcome=outcome)

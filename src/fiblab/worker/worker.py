"""One worker: its lanes, what goes on beside them, and in which order all of it ends.

lanes         light: one, for batches; heavy: one for each process
beside them   lease keeper, wake-ups, sweeper, roll call
"""

import asyncio
import os
import secrets
import socket
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack, suppress

import structlog

from fiblab.bootstrap import WorkerParts
from fiblab.fibonacci.job import HEAVY, LIGHT
from fiblab.observability.metrics import WorkerMetrics
from fiblab.queue.attendance import Attendance
from fiblab.queue.roll import Presence
from fiblab.worker.dense_range import DenseRange
from fiblab.worker.desk import Desk
from fiblab.worker.executor.executor import Executor, Limits
from fiblab.worker.heavy_work import HeavyWork
from fiblab.worker.lane import Lane, Work
from fiblab.worker.lease_keeper import LeaseKeeper
from fiblab.worker.light_work import LightWork
from fiblab.worker.maintenance.sweeper import Sweeper
from fiblab.worker.outages import Outages
from fiblab.worker.roll_call import RollCall
from fiblab.worker.shutdown import Shutdown
from fiblab.worker.wake_ups import WakeUps

_log = structlog.get_logger()


class Worker:
    """Serves the lanes of its settings until a shutdown is requested."""

    def __init__(self, parts: WorkerParts, metrics: WorkerMetrics, shutdown: Shutdown) -> None:
        self._parts = parts
        self._settings = parts.settings
        self._metrics = metrics
        self._shutdown = shutdown
        # Two containers may share host name and process id.
        self._name = f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(2)}"
        self._outages = Outages(shutdown)
        self._desk = Desk(parts.queue, self._outages, metrics)
        self._leases = LeaseKeeper(parts.queue, self._outages)
        self._wake_ups = WakeUps(parts.blocking, parts.redis, parts.queue.keys, self._outages)

    async def run(self) -> None:
        """Work until the shutdown is over; neither a leased job nor a process is left then."""
        dense_range = DenseRange(self._parts.values.redis)
        await self._outages.endure_until_shutdown("validate dense range", dense_range.validate)
        sweeper = self._sweeper()
        async with AsyncExitStack() as executors, asyncio.TaskGroup() as background:
            lanes = await self._open_lanes(executors)
            roll_call = self._roll_call([lane.claimant for lane in lanes])
            helpers = [
                background.create_task(helper.run())
                for helper in (self._leases, self._wake_ups, sweeper, roll_call)
            ]
            _log.info("working", worker=self._name, lanes=",".join(self._settings.lanes))
            await self._serve(lanes)
            for helper in helpers:
                helper.cancel()
        await roll_call.leave()
        _log.info("stopped", worker=self._name)

    async def _open_lanes(self, executors: AsyncExitStack) -> list[Lane]:
        lanes = []
        if LIGHT in self._settings.lanes:
            lanes.append(self._lane(LIGHT, "light", self._settings.light_batch, self._light_work()))
        if HEAVY in self._settings.lanes:
            limits = Limits(
                self._settings.compute_time_limit_s, self._settings.compute_memory_limit_bytes
            )
            for number in range(self._settings.heavy_processes):
                executor = await executors.enter_async_context(Executor(limits))
                lanes.append(self._lane(HEAVY, f"heavy-{number}", 1, self._heavy_work(executor)))
        return lanes

    def _lane(self, name: str, claimant: str, limit: int, work: Work) -> Lane:
        return Lane(
            name,
            claimant=f"{self._name}:{claimant}",
            limit=limit,
            work=work,
            desk=self._desk,
            wake_ups=self._wake_ups,
        )

    def _light_work(self) -> LightWork:
        return LightWork(
            self._parts.values.redis,
            leases=self._leases,
            desk=self._desk,
            max_index=self._settings.max_index,
            dense_max_index=self._settings.dense_max_index,
        )

    def _heavy_work(self, executor: Executor) -> HeavyWork:
        return HeavyWork(
            self._parts.values,
            executor=executor,
            leases=self._leases,
            desk=self._desk,
            max_index=self._settings.max_index,
        )

    def _sweeper(self) -> Sweeper:
        return Sweeper(
            self._parts.open_requests,
            self._parts.queue,
            self._parts.values,
            outages=self._outages,
            metrics=self._metrics,
            interval_s=self._settings.sweep_interval_s,
            after_s=self._settings.sweep_after_s,
            light_max_index=self._settings.light_max_index,
        )

    def _roll_call(self, claimants: Sequence[str]) -> RollCall:
        presence = Presence(
            name=self._name,
            host=socket.gethostname(),
            pid=os.getpid(),
            lanes=self._settings.lanes,
            since_ms=time.time_ns() // 1_000_000,
            claimants=tuple(claimants),
        )
        return RollCall(Attendance(self._parts.redis, self._parts.queue), presence)

    async def _serve(self, lanes: Sequence[Lane]) -> None:
        async with asyncio.TaskGroup() as group:
            serving = [group.create_task(lane.run()) for lane in lanes]
            ending = group.create_task(self._end(serving))
            await asyncio.wait(serving)
            ending.cancel()

    async def _end(self, serving: Sequence[asyncio.Task[None]]) -> None:
        """In a shutdown let the lanes finish, as long as the grace lasts, and then cut them off."""
        await self._shutdown.begun.wait()
        self._wake_ups.dismiss()
        with suppress(TimeoutError):
            async with asyncio.timeout(self._settings.shutdown_grace_s):
                await self._shutdown.at_once.wait()
        for lane in serving:
            lane.cancel()

"""Puts faults upon the system, several at once where they befall different targets."""

import asyncio
import time
from collections import Counter, defaultdict
from collections.abc import Mapping

from fiblab.lab.chaos.canary import Canaries
from fiblab.lab.chaos.drawing import Drawing
from fiblab.lab.chaos.load.clients import Clients, Pace
from fiblab.lab.chaos.progress import State
from fiblab.lab.chaos.provoking import Provoker
from fiblab.lab.chaos.result import StruckFault
from fiblab.lab.chaos.system import System
from fiblab.lab.faults.crash_points import crash_points
from fiblab.lab.faults.fault import Fault, NotReached
from fiblab.lab.faults.process_faults import KilledAt

#: Faults that may be under way at once, their recovery included.
AT_ONCE = 8


class Injector:
    """Draws, strikes, heals, and measures how long the system needs to serve again."""

    def __init__(self, system: System, clients: Clients, state: State, *, seed: int) -> None:
        self._system = system
        self._canaries = Canaries(clients, system.shape.indices.canary)
        self._provoker = Provoker(system, clients, seed=seed)
        self._state = state
        self._drawing = Drawing(system, clients, seed)
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self.struck: list[StruckFault] = []
        self.crash_points: Counter[str] = Counter(dict.fromkeys(map(str, crash_points()), 0))
        self._missed: Counter[str] = Counter()

    async def run(self, seconds: float, per_second: float) -> None:
        """Strike for so long; return when all is healed and each fault has been recovered from."""
        if not per_second:
            await asyncio.sleep(seconds)
            return
        end, pace = time.monotonic() + seconds, Pace(per_second)
        async with asyncio.TaskGroup() as group:
            for _ in range(AT_ONCE):
                group.create_task(self._strike_until(end, pace))

    async def _strike_until(self, end: float, pace: Pace) -> None:
        while True:
            await pace.turn()
            if time.monotonic() >= end:
                return
            await self._strike(next(self._drawing))

    async def _strike(self, fault: Fault) -> None:
        """Strike once, with a canary before and one after; then heal, and wait for both."""
        async with self._turns[fault.target]:
            before = self._canaries.send()
            struck_at = self._state.elapsed
            try:
                await self._inject(fault)
            except NotReached as missed:
                self._missed[str(missed)] += 1
                return
            finally:
                await fault.heal(self._system)
            ended_at = self._state.elapsed
        self._note(fault)
        after = self._canaries.send()
        recovered_at = max(await asyncio.gather(before, after)) - self._state.began
        self.struck.append(
            StruckFault(
                fault.row,
                fault.name,
                fault.target,
                struck_at,
                ended_at,
                max(0.0, recovered_at - ended_at),
            )
        )

    async def _inject(self, fault: Fault) -> None:
        if not isinstance(fault, KilledAt):
            await fault.inject(self._system)
            return
        provoking = asyncio.create_task(self._provoker.provoke(fault.point, fault.target))
        try:
            await fault.inject(self._system)
        finally:
            provoking.cancel()

    def _note(self, fault: Fault) -> None:
        self._state.faults[fault.name] += 1
        if isinstance(fault, KilledAt):
            self.crash_points[str(fault.point)] += 1

    def not_reached(self) -> list[str]:
        """Tell which crash points were never struck, and which faults found no target."""
        never = [f"crash point: {name}" for name, hits in self.crash_points.items() if not hits]
        return sorted(never) + [f"{what} ({times} times)" for what, times in self.missed().items()]

    def missed(self) -> Mapping[str, int]:
        """Tell what was waited for in vain, and how often, but for the crash points."""
        points = self.crash_points.keys()
        return {what: times for what, times in sorted(self._missed.items()) if what not in points}

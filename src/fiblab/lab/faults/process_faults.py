"""What befalls a server or a worker: killed, killed at a point, frozen, asked to stop."""

import asyncio
import signal
from contextlib import suppress

import psutil

from fiblab.lab.faults.crash_points import CrashPoint
from fiblab.lab.faults.fault import Fault, NotReached, Surroundings, Victim, ended

#: Seconds that a crash point's operation has to come by.
POINT_LIMIT_S = 6.0

#: Seconds in which a process that is asked to end does so: well above its own grace period.
END_LIMIT_S = 30.0


class _ProcessFault(Fault):
    def __init__(self, service: str) -> None:
        self._service = service

    @property
    def target(self) -> str:
        return self._service

    def _victim(self, system: Surroundings) -> Victim:
        victim = system.services[self._service]
        if not victim.process.is_running:
            raise NotReached(f"{self._service} was down already")
        return victim


class Killed(_ProcessFault):
    """SIGKILL, whenever it comes; its supervisor starts it again."""

    row = "Server, worker, sweeper killed"

    def __init__(self, service: str, kind: str) -> None:
        super().__init__(service)
        self.name = f"{kind} killed at any time"

    async def inject(self, system: Surroundings) -> None:
        """Kill it and all that it has started."""
        self._victim(system).process.kill()


class KilledAt(_ProcessFault):
    """SIGKILL right before or right after one operation has reached its store."""

    row = "Server, worker, sweeper killed"

    def __init__(self, service: str, point: CrashPoint) -> None:
        super().__init__(service)
        self.point = point
        self.name = f"{point.process} killed {point.moment} an operation"

    async def inject(self, system: Surroundings) -> None:
        """Wait for the operation, then kill; NotReached if it does not come by."""
        victim = self._victim(system)
        link = victim.redis_link if self.point.store == "redis" else victim.postgres_link
        struck = link.arm(self.point.operation, self.point.moment, victim.process.kill)
        try:
            async with asyncio.timeout(POINT_LIMIT_S):
                await struck
        except TimeoutError:
            raise NotReached(str(self.point)) from None
        finally:
            link.disarm()


class Frozen(_ProcessFault):
    """SIGSTOP and later SIGCONT; beyond the lease a worker wakes up as a zombie."""

    def __init__(self, service: str, seconds: float, lease_s: float) -> None:
        super().__init__(service)
        self._seconds = seconds
        zombie = service.startswith("worker") and seconds > lease_s
        self.row = "Zombie worker" if zombie else "Processes frozen"
        self.name = "worker frozen beyond its lease" if zombie else "process frozen for a moment"

    async def inject(self, system: Surroundings) -> None:
        """Freeze it and all that it has started, for the time."""
        self._victim(system).process.freeze()
        await asyncio.sleep(self._seconds)

    async def heal(self, system: Surroundings) -> None:
        """Let it go on."""
        system.services[self._service].process.thaw()


class Terminated(_ProcessFault):
    """SIGTERM under load: it finishes or gives back what it has in hand, and ends."""

    row = "SIGTERM under load"
    name = "asked to stop"

    def __init__(self, service: str, *, twice: bool) -> None:
        super().__init__(service)
        self._twice = twice
        if twice:
            self.name = "told to stop at once"

    async def inject(self, system: Surroundings) -> None:
        """Send SIGTERM, a second time if it is to be quick, and wait for the end.

        Raises TimeoutError where it does not end.
        """
        victim = self._victim(system)
        victim.process.ask_to_stop()
        if self._twice:
            await asyncio.sleep(0.1)  # two signals at once are one
            victim.process.ask_to_stop()
        await ended(victim.process, END_LIMIT_S)


class ChildKilled(_ProcessFault):
    """A worker's computing child dies, as of the system's own out-of-memory killer or of a bug."""

    row = "Poison"

    def __init__(self, service: str, number: signal.Signals) -> None:
        super().__init__(service)
        self._number = number
        self.name = f"computing child ended by {number.name}"

    async def inject(self, system: Surroundings) -> None:
        """Send the signal to whatever the worker has started."""
        children = psutil.Process(self._victim(system).process.pid).children()
        if not children:
            raise NotReached(f"{self._service} had no child")
        for child in children:
            with suppress(psutil.NoSuchProcess):
                child.send_signal(self._number)

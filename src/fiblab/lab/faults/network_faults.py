"""What befalls the way between a process and a store: late, mute, reset, or half of it lost."""

import asyncio
from typing import Literal

from fiblab.lab.faults.fault import Fault, NotReached, Surroundings
from fiblab.lab.faults.framing import Moment
from fiblab.lab.faults.link import Link

Store = Literal["redis", "postgres"]

#: Seconds in which some operation comes by on a link under load.
OPERATION_LIMIT_S = 3.0

_RESETS = {
    Moment.BEFORE: "reset before the request arrives",
    Moment.AFTER: "reset before the reply",
    Moment.HALF_REPLY: "half a reply, then reset",
}


class _NetworkFault(Fault):
    row = "Network"

    def __init__(self, service: str, store: Store) -> None:
        self._service = service
        self._store = store

    @property
    def target(self) -> str:
        return self._service

    def _link(self, system: Surroundings) -> Link:
        victim = system.services[self._service]
        return victim.redis_link if self._store == "redis" else victim.postgres_link


class Reset(_NetworkFault):
    """The connection breaks at one operation, whichever comes first."""

    def __init__(self, service: str, store: Store, moment: Moment) -> None:
        super().__init__(service, store)
        self._moment = moment
        self.name = f"{store}: {_RESETS[moment]}"

    async def inject(self, system: Surroundings) -> None:
        """Wait for an operation and break its connection."""
        link = self._link(system)
        struck = link.arm(None, self._moment, _nothing_else)
        try:
            async with asyncio.timeout(OPERATION_LIMIT_S):
                await struck
        except TimeoutError:
            raise NotReached(f"{self._service} sent nothing to {self._store}") from None
        finally:
            link.disarm()


class Cut(_NetworkFault):
    """All connections of a process to a store are reset at once."""

    def __init__(self, service: str, store: Store) -> None:
        super().__init__(service, store)
        self.name = f"{store}: all connections reset"

    async def inject(self, system: Surroundings) -> None:
        """Reset them."""
        self._link(system).cut()


class Partition(_NetworkFault):
    """Nothing passes for a while; connections stay and are mute."""

    def __init__(self, service: str, store: Store, seconds: float) -> None:
        super().__init__(service, store)
        self._seconds = seconds
        self.name = f"{store}: partition"

    async def inject(self, system: Surroundings) -> None:
        """Let nothing pass for the time."""
        self._link(system).stall()
        await asyncio.sleep(self._seconds)

    async def heal(self, system: Surroundings) -> None:
        """Let everything pass again."""
        self._link(system).resume()


class Latency(_NetworkFault):
    """Everything arrives late for a while."""

    def __init__(self, service: str, store: Store, delay_s: float, seconds: float) -> None:
        super().__init__(service, store)
        self._delay_s = delay_s
        self._seconds = seconds
        self.name = f"{store}: latency"

    async def inject(self, system: Surroundings) -> None:
        """Delay each way for the time."""
        self._link(system).delay(self._delay_s)
        await asyncio.sleep(self._seconds)

    async def heal(self, system: Surroundings) -> None:
        """Deliver at once again."""
        self._link(system).delay(0)


def _nothing_else() -> None:
    """Do nothing beside the reset."""

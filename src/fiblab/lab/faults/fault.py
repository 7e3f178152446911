"""What a fault is: something that befalls a running system, for a while, and is undone."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

from fiblab.embedded.postgres import PostgresServer
from fiblab.embedded.process import ChildProcess
from fiblab.embedded.redis import RedisServer
from fiblab.lab.faults.postgres_link import PostgresLink
from fiblab.lab.faults.redis_link import RedisLink

if TYPE_CHECKING:
    from redis.asyncio import Redis


#: Seconds between two looks whether a process has ended, which sets no event.
LOOK_S = 0.02


class NotReached(Exception):  # noqa: N818 - read as a sentence in the report
    """The fault could not strike: what it waits for did not come by."""


class Victim(Protocol):
    """One process of the system, and its ways to the stores."""

    name: str
    kind: str
    redis_link: RedisLink
    postgres_link: PostgresLink

    @property
    def process(self) -> ChildProcess:
        """The process, whether it runs just now or not."""


class Surroundings(Protocol):
    """What a fault may touch."""

    @property
    def services(self) -> Mapping[str, Victim]:
        """Servers and workers by name; whoever keeps them starts again what ends."""

    @property
    def redis(self) -> RedisServer:
        """The Redis of the system."""

    @property
    def postgres(self) -> PostgresServer:
        """The PostgreSQL of the system."""

    @property
    def admin(self) -> "Redis":
        """Commands to Redis past all links; connects anew for each fault that needs it."""


class Fault(ABC):
    """One fault, drawn and not yet struck. `inject` once, then `heal` once, whatever happens."""

    #: Row of the fault matrix.
    row: str
    #: What it is called in reports.
    name: str

    @property
    @abstractmethod
    def target(self) -> str:
        """What it befalls: a process's name, `redis` or `postgres`; faults of one take turns."""

    @abstractmethod
    async def inject(self, system: Surroundings) -> None:
        """Strike, and return when that is done; raises NotReached where it cannot."""

    async def heal(self, system: Surroundings) -> None:  # noqa: B027 - many need no undoing
        """Undo it; nothing to do where it passes by itself, or a supervisor mends it."""


async def ended(process: ChildProcess, limit_s: float) -> None:
    """Wait until a process has ended; TimeoutError after so many seconds, which is a defect."""
    async with asyncio.timeout(limit_s):
        while process.is_running:  # noqa: ASYNC110 - a process that ends sets no event
            await asyncio.sleep(LOOK_S)

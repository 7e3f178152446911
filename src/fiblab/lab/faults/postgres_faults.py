"""What befalls PostgreSQL: connections ended, stopped at once, locked, or mute."""

import asyncio
import os
import random
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from fiblab.lab.faults.fault import Fault, NotReached, Surroundings, ended

OTHERS = """
    select pid from pg_stat_activity
    where pid <> pg_backend_pid() and backend_type = 'client backend' order by pid"""

TERMINATE = "select pg_terminate_backend(pid) from unnest($1::int[]) as victim (pid)"

LOCK_COUNTS = "lock table request_count in access exclusive mode"

MOST_COUNTED = "select index from request_count order by count desc limit 1 for update"

#: Seconds for an immediate shutdown, which writes nothing.
STOP_LIMIT_S = 10.0


@asynccontextmanager
async def _administering(system: Surroundings) -> AsyncIterator[asyncpg.Connection]:
    """Connect past all links, as whoever may do everything."""
    admin = await asyncpg.connect(system.postgres.superuser_url)
    try:
        yield admin
    finally:
        await admin.close()


class _PostgresFault(Fault):
    @property
    def target(self) -> str:
        return "postgres"


class BackendsTerminated(_PostgresFault):
    """pg_terminate_backend on every connection, in whatever it is doing."""

    row = "Postgres connections cut"
    name = "pg_terminate_backend of all"

    async def inject(self, system: Surroundings) -> None:
        """End them; they are gone for good, and whoever had them connects anew."""
        async with _administering(system) as admin:
            victims = [row["pid"] for row in await admin.fetch(OTHERS)]
            await admin.execute(TERMINATE, self._chosen(victims))

    def _chosen(self, victims: list[int]) -> list[int]:
        return victims


class BackendTerminated(BackendsTerminated):
    """pg_terminate_backend on one connection, in whatever it is doing."""

    name = "pg_terminate_backend of one"

    def __init__(self, dice: random.Random) -> None:
        self._dice = dice

    def _chosen(self, victims: list[int]) -> list[int]:
        if not victims:
            raise NotReached("nobody was connected to PostgreSQL")
        return [self._dice.choice(victims)]


class PostgresStopped(_PostgresFault):
    """An immediate shutdown (SIGQUIT), and a start with recovery from the log."""

    row = "Postgres stopped at once, and back"
    name = "immediate shutdown"

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    async def inject(self, system: Surroundings) -> None:
        """Stop it as `pg_ctl stop -m immediate` does, for the time."""
        process = system.postgres.process
        os.kill(process.pid, signal.SIGQUIT)
        await ended(process, STOP_LIMIT_S)
        await asyncio.sleep(self._seconds)

    async def heal(self, system: Surroundings) -> None:
        """Start it again."""
        if not system.postgres.process.is_running:
            system.postgres.launch()  # in this thread, with which it would end
        await asyncio.to_thread(system.postgres.wait_ready)


class CountsLocked(_PostgresFault):
    """Somebody else's transaction holds the counts, so that no request can be counted."""

    row = "Postgres locked"
    name = "counts locked"
    _lock = LOCK_COUNTS

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    async def inject(self, system: Surroundings) -> None:
        """Hold the lock for the time, then give it back."""
        async with _administering(system) as admin, admin.transaction():
            await admin.execute(self._lock)
            await asyncio.sleep(self._seconds)


class CountRowLocked(CountsLocked):
    """The same of one row, of the index that is asked for most: commits without it go on."""

    name = "one count locked"
    _lock = MOST_COUNTED


class PostgresFrozen(_PostgresFault):
    """SIGSTOP of the server and all its backends for a while."""

    row = "Postgres stalls"
    name = "PostgreSQL frozen"

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    async def inject(self, system: Surroundings) -> None:
        """Freeze it for the time."""
        system.postgres.process.freeze()
        await asyncio.sleep(self._seconds)

    async def heal(self, system: Surroundings) -> None:
        """Let it go on."""
        system.postgres.process.thaw()

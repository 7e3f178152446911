"""What befalls PostgreSQL: connections ended, stopped at once, locked, or mute."""

import asyncio
import os
import signal

import asyncpg

from fiblab.lab.faults.fault import Fault, Surroundings

TERMINATE_OTHERS = """
    select count(pg_terminate_backend(pid)) from pg_stat_activity
    where pid <> pg_backend_pid() and backend_type = 'client backend'"""

LOCK_COUNTS = "lock table request_count in access exclusive mode"


class _PostgresFault(Fault):
    @property
    def target(self) -> str:
        return "postgres"


class BackendsTerminated(_PostgresFault):
    """pg_terminate_backend on every connection, in whatever it is doing."""

    row = "Postgres connections cut"
    name = "pg_terminate_backend of all"

    async def inject(self, system: Surroundings) -> None:
        """End them."""
        admin = await asyncpg.connect(system.postgres.superuser_url)
        try:
            await admin.execute(TERMINATE_OTHERS)
        finally:
            await admin.close()


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
        while process.is_running:
            await asyncio.sleep(0.02)
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

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    async def inject(self, system: Surroundings) -> None:
        """Hold the lock for the time, then give it back."""
        admin = await asyncpg.connect(system.postgres.superuser_url)
        try:
            async with admin.transaction():
                await admin.execute(LOCK_COUNTS)
                await asyncio.sleep(self._seconds)
        finally:
            await admin.close()


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

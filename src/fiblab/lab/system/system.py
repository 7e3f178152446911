"""What runs, by name: stores, servers and workers as real processes, links between them."""

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

import asyncpg
from redis.asyncio import Redis

from fiblab.cli.lab_run import is_ready
from fiblab.cli.own_users import StoreUrls
from fiblab.embedded import EmbeddedStack
from fiblab.embedded.ports import free_port
from fiblab.embedded.postgres import PostgresServer
from fiblab.embedded.redis import RedisServer
from fiblab.lab.system.service import Service
from fiblab.storage.access.privileges import Service as AccessOf

#: Seconds between two looks whether a process has ended.
LOOK_S = 0.05
#: Seconds until a process that ended is started again: a supervisor's quickest.
RESTART_S = 0.2
#: Seconds for a server to answer that it is ready.
READY_LIMIT_S = 60.0
#: Seconds that a process has for ending in order, above its own grace.
STOP_GRACE_S = 15.0


class System:
    """Stores that run, and the services that are opened on them, all told the same `settings`.

    Faults and whoever runs it hold it; nothing in it knows of them.
    """

    def __init__(
        self,
        stack: EmbeddedStack,
        urls: Mapping[AccessOf, StoreUrls],
        settings: Mapping[str, str],
    ) -> None:
        self.stack = stack
        self._urls = urls
        self._settings = settings
        self.services: dict[str, Service] = {}
        self.addresses: dict[str, str] = {}
        """Of each server."""

    @property
    def redis(self) -> RedisServer:
        """Its Redis."""
        assert self.stack.redis is not None  # noqa: S101 - the stack brings its own
        return self.stack.redis

    @property
    def postgres(self) -> PostgresServer:
        """Its PostgreSQL."""
        assert self.stack.postgres is not None  # noqa: S101 - the stack brings its own
        return self.stack.postgres

    @property
    def admin(self) -> Redis:
        """Commands to Redis past all links, on a connection of their own."""
        return Redis.from_url(self.stack.redis_url, decode_responses=True)

    async def postgres_version(self) -> str:
        """Ask PostgreSQL for its version."""
        connection = await asyncpg.connect(self.stack.postgres_url)
        try:
            return str(await connection.fetchval("show server_version")).split()[0]
        finally:
            await connection.close()

    @property
    def logs(self) -> Path:
        """The folder that holds a log of each process."""
        return self.stack.data_dir.path / "logs"

    async def open_worker(
        self, name: str, own: Mapping[str, str] | None = None, without: Sequence[str] = ()
    ) -> None:
        """Start a worker of that name, with settings of its own and without some patterns."""
        await self._open(name, "worker", own or {}, without)

    async def open_server(
        self, name: str, own: Mapping[str, str] | None = None, without: Sequence[str] = ()
    ) -> None:
        """Start a server of that name; it is not ready yet."""
        port = free_port("127.0.0.1")
        self.addresses[name] = f"http://127.0.0.1:{port}"
        await self._open(name, "server", {"FIBLAB_PORT": str(port), **(own or {})}, without)

    async def _open(
        self, name: str, kind: str, own: Mapping[str, str], without: Sequence[str]
    ) -> None:
        urls = self._urls[AccessOf(kind)]
        service = Service(name, kind, urls.redis, urls.postgres, without=without)
        self.services[name] = service
        await service.open(self.stack.data_dir, {**self._settings, **own})

    async def wait_ready(self) -> None:
        """Return once each server is ready; raises StartError, and `stop` ends what has begun."""
        for name, address in self.addresses.items():
            process, answers = self.services[name].process, partial(is_ready, address)
            await asyncio.to_thread(process.wait_ready, answers, READY_LIMIT_S)

    async def keep_running(self) -> None:
        """Start again whatever ends, until cancelled."""
        while True:
            for service in self.services.values():
                if not service.process.is_running:
                    await asyncio.sleep(RESTART_S)
                    service.start()
            await asyncio.sleep(LOOK_S)

    async def stop(self) -> None:
        """End all services side by side, in order as `up` would."""
        started = [service for service in self.services.values() if service.starts]
        for service in started:
            if service.process.is_running:
                service.process.ask_to_stop()
        for service in started:  # each has been asked: the waits overlap
            await asyncio.to_thread(service.process.stop, STOP_GRACE_S)
        for service in self.services.values():
            await service.close()

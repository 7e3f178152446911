"""The system under test: durable stores, servers and workers as real processes, links between."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
from redis.asyncio import Redis

from fiblab.cli.lab_run import is_ready
from fiblab.cli.own_users import StoreUrls, let_services_in
from fiblab.embedded import EmbeddedStack
from fiblab.embedded.ports import free_port
from fiblab.embedded.postgres import PostgresServer
from fiblab.embedded.redis import RedisServer
from fiblab.lab.chaos.load.mix import Indices
from fiblab.lab.chaos.service import Service
from fiblab.storage.access.privileges import Service as AccessOf
from fiblab.storage.migrate import apply

#: Seconds between two looks whether a process has ended.
LOOK_S = 0.05
#: Seconds until a process that ended is started again: a supervisor's quickest.
RESTART_S = 0.2
#: Seconds for a server to answer that it is ready.
READY_LIMIT_S = 60.0
#: Seconds that a process has for ending in order, above its own grace.
STOP_GRACE_S = 15.0
#: The operator's token of a system under test, which is sought in its logs.
OPERATOR_TOKEN = secrets.token_urlsafe(24)


@dataclass(frozen=True, slots=True)
class Shape:
    """How large the system is, and by which numbers it runs: short ones, to see much of them."""

    servers: int = 2
    workers: int = 2
    visibility_timeout_s: float = 2.0
    max_attempts: int = 3
    queue_bound: int = 2_000
    dead_letter_cap: int = 1_000
    indices: Indices = field(default_factory=Indices)

    def settings(self) -> dict[str, str]:
        """Write what all services are told."""
        numbers = {
            "visibility_timeout_s": self.visibility_timeout_s,
            "max_attempts": self.max_attempts,
            "queue_bound": self.queue_bound,
            "dead_letter_cap": self.dead_letter_cap,
            "dense_max_index": self.indices.dense.stop - 1,
            "light_max_index": self.indices.heavy.start - 1,
            "value_ttl_s": 30,  # so that light values are computed again and again
            "event_cap": 100_000,  # the checker's reader may fall behind by that much
            "backoff_base_s": 0.1,
            "backoff_cap_s": 2,
            "sweep_interval_s": 1,
            "sweep_after_s": 3,
            "compute_time_limit_s": 1,
            "breaker_reset_s": 1,
            "request_deadline_s": 3,
            "shutdown_grace_s": 5,
            "rate_limit_per_s": 200,
            "rate_limit_burst": 400,
            "operator_token": OPERATOR_TOKEN,
            "trusted_proxies": "127.0.0.1/32",  # each client has an address of its own
            "log_level": "warning",  # a line for each of a million requests would be a load, too
        }
        return {f"FIBLAB_{name.upper()}": str(value) for name, value in numbers.items()}


class System:
    """What runs, by name. Faults and the runner hold it; nothing in it knows of them."""

    def __init__(
        self, stack: EmbeddedStack, urls: Mapping[AccessOf, StoreUrls], shape: Shape
    ) -> None:
        self.stack = stack
        self.shape = shape
        self._urls = urls
        self.secrets = (
            *(password_of(url) for url in (stack.redis_url, stack.postgres_url)),
            *(password_of(url) for own in urls.values() for url in (own.redis, own.postgres)),
            password_of(self.postgres.superuser_url),
            OPERATOR_TOKEN,
        )
        """What must stand in no log."""
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

    async def start(self) -> None:
        """Start every service, and return once each server is ready; `stop` ends what has begun."""
        for number in range(1, self.shape.workers + 1):
            await self._open(f"worker-{number}", "worker", {})
        for number in range(1, self.shape.servers + 1):
            name, port = f"server-{number}", free_port("127.0.0.1")
            self.addresses[name] = f"http://127.0.0.1:{port}"
            await self._open(name, "server", {"FIBLAB_PORT": str(port)})
        for name, address in self.addresses.items():
            process, answers = self.services[name].process, partial(is_ready, address)
            await asyncio.to_thread(process.wait_ready, answers, READY_LIMIT_S)

    async def _open(self, name: str, kind: str, own: Mapping[str, str]) -> None:
        urls = self._urls[AccessOf(kind)]
        service = Service(name, kind, urls.redis, urls.postgres)
        self.services[name] = service
        await service.open(self.stack.data_dir, {**self.shape.settings(), **own})

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


def password_of(url: str) -> str:
    """Read the password out of a store's URL."""
    password = urlsplit(url).password
    if not password:
        raise ValueError("a store under test needs a password, to be sought in logs")
    return password


@asynccontextmanager
async def running_system(folder: Path, shape: Shape) -> AsyncIterator[System]:
    """Run a system in a folder until the block ends; nothing of it is left running then.

    Its stores write all down as in production (AOF every second, fsync), which is what their
    crashes are to be survived with. Raises an EmbeddedError where they cannot be started.
    """
    async with AsyncExitStack() as exit_stack:
        stack = EmbeddedStack(data_dir=folder)
        exit_stack.callback(stack.stop)
        stack.start()
        apply(stack.postgres_url)
        urls = await asyncio.to_thread(let_services_in, stack)
        system = System(stack, urls, shape)
        exit_stack.push_async_callback(system.stop)
        await system.start()
        yield system

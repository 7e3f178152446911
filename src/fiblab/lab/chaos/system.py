"""The system under test: how large it is, what it is told, and its start and end."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from fiblab.cli.own_users import StoreUrls, let_services_in
from fiblab.embedded import EmbeddedStack
from fiblab.lab.chaos.load.mix import Indices
from fiblab.lab.system import system
from fiblab.lab.system.environment import environment
from fiblab.storage.access.privileges import Service as AccessOf
from fiblab.storage.migrate import apply

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
        return environment(numbers)


class System(system.System):
    """A system of a certain shape."""

    def __init__(
        self, stack: EmbeddedStack, urls: Mapping[AccessOf, StoreUrls], shape: Shape
    ) -> None:
        super().__init__(stack, urls, shape.settings())
        self.shape = shape
        self.secrets = (
            *(password_of(url) for url in (stack.redis_url, stack.postgres_url)),
            *(password_of(url) for own in urls.values() for url in (own.redis, own.postgres)),
            password_of(self.postgres.superuser_url),
            OPERATOR_TOKEN,
        )
        """What must stand in no log."""

    async def start(self) -> None:
        """Start every service, and return once each server is ready; `stop` ends what has begun."""
        for number in range(1, self.shape.workers + 1):
            await self.open_worker(f"worker-{number}")
        for number in range(1, self.shape.servers + 1):
            await self.open_server(f"server-{number}")
        await self.wait_ready()


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
        under_test = System(stack, urls, shape)
        exit_stack.push_async_callback(under_test.stop)
        await under_test.start()
        yield under_test

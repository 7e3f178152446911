"""A system for one fault at a time: durable stores, and processes that do nothing but run."""

import sys
from dataclasses import dataclass, field

from redis.asyncio import Redis

from fiblab.embedded import EmbeddedStack
from fiblab.embedded.postgres import PostgresServer
from fiblab.embedded.process import ChildProcess, Command
from fiblab.embedded.redis import RedisServer
from fiblab.lab.faults.postgres_link import PostgresLink
from fiblab.lab.faults.redis_link import RedisLink

#: A process that has a child, as a worker has, and ends when it is asked to.
PARENT = """
import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=-1)
print("ready", flush=True)
child.wait()
"""


@dataclass
class SmallVictim:
    """A process, and ways to the stores that only the tests use."""

    name: str
    kind: str
    process: ChildProcess
    redis_link: RedisLink
    postgres_link: PostgresLink


@dataclass
class SmallSystem:
    """Whatever a fault may touch."""

    stack: EmbeddedStack
    services: dict[str, SmallVictim] = field(default_factory=dict)

    @property
    def redis(self) -> RedisServer:
        """Its Redis."""
        assert self.stack.redis is not None
        return self.stack.redis

    @property
    def postgres(self) -> PostgresServer:
        """Its PostgreSQL."""
        assert self.stack.postgres is not None
        return self.stack.postgres

    @property
    def admin(self) -> Redis:
        """A connection to Redis past all links."""
        return Redis.from_url(self.stack.redis_url, decode_responses=True)

    async def add(self, name: str) -> SmallVictim:
        """Start a process and open its links; returns when the process has its child."""
        data_dir = self.stack.data_dir
        command = Command(name, [sys.executable, "-c", PARENT])
        victim = SmallVictim(
            name,
            name.partition("-")[0],
            ChildProcess(command, data_dir.log(name), data_dir.record),
            RedisLink(name, self.redis.url),
            PostgresLink(name, self.postgres.url),
        )
        await victim.redis_link.open()
        await victim.postgres_link.open()
        victim.process.start()
        victim.process.wait_ready(lambda: "ready" in victim.process.latest_log(), 20)
        self.services[name] = victim
        return victim

    async def close(self) -> None:
        """End what was added."""
        for victim in self.services.values():
            victim.process.kill()
            await victim.redis_link.close()
            await victim.postgres_link.close()

"""One process of the system under test, with a way of its own to each store."""

import sys
from collections.abc import Mapping, Sequence

from fiblab.embedded.data_dir import DataDir
from fiblab.embedded.process import ChildProcess, Command
from fiblab.lab.faults.postgres_link import PostgresLink
from fiblab.lab.faults.redis_link import RedisLink


class Service:
    """A server or worker that reaches Redis and PostgreSQL through links, where faults wait.

    The links outlive the process: its successor takes the same ways. `without` names patterns that
    the process does not have (see `variants`).
    """

    def __init__(
        self,
        name: str,
        kind: str,
        redis_url: str,
        postgres_url: str,
        *,
        without: Sequence[str] = (),
    ) -> None:
        self.name = name
        self.kind = kind
        """`server` or `worker`: which command runs, and which crash points there are."""
        self.redis_link = RedisLink(f"{name} to redis", redis_url)
        self.postgres_link = PostgresLink(f"{name} to postgres", postgres_url)
        self._without = without
        self._process: ChildProcess | None = None
        self.starts = 0

    @property
    def process(self) -> ChildProcess:
        """The process, whether it runs just now or not."""
        if self._process is None:
            raise RuntimeError(f"{self.name} has not been started")
        return self._process

    async def open(self, data_dir: DataDir, settings: Mapping[str, str]) -> None:
        """Open the links and start the process; call it in the main thread."""
        await self.redis_link.open()
        await self.postgres_link.open()
        own = {
            "FIBLAB_REDIS_URL": self.redis_link.url,
            "FIBLAB_POSTGRES_URL": self.postgres_link.url,
        }
        program = [sys.executable, "-P", "-m", *self._module(), "--until-stdin-closes"]
        command = Command(self.name, program, settings={**settings, **own}, holds_stdin=True)
        self._process = ChildProcess(command, data_dir.log(self.name), data_dir.record)
        self.start()

    def _module(self) -> list[str]:
        """Name the program: the product's own, or one that lacks the patterns taken away."""
        if not self._without:
            return ["fiblab", self.kind]
        taken_away = [word for name in self._without for word in ("--without", name)]
        return ["fiblab.lab.variants.service", *taken_away, self.kind]

    def start(self) -> None:
        """Start the process, or its successor."""
        self.process.start()
        self.starts += 1

    async def close(self) -> None:
        """Close the links; stop the process before."""
        await self.redis_link.close()
        await self.postgres_link.close()

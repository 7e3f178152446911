"""Where drills happen: the system's real parts on real stores, moved by hand and watched."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec
import psycopg
from redis import Redis

from fiblab.bootstrap import ServerParts
from fiblab.lab.checker import ledger_contents
from fiblab.lab.checker.structure import look
from fiblab.lab.selftest.front_desk import FrontDesk
from fiblab.lab.selftest.log_lines import LogLines
from fiblab.lab.selftest.workers import DrillWorker, Tokens
from fiblab.worker.maintenance.sweeper import Sweeper

#: A secret that the drills' logs are searched for.
SECRET = "correct-horse-battery"  # noqa: S105 - a secret that is there to be found
#: Rounds of work and sweeping after which a system that has not settled never will.
SETTLE_ROUNDS = 4
#: A moment long past by any server's clock, in ms since 1970.
_LONG_AGO_MS = 1

_HANG_UP = """
    select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid()"""


@dataclass(frozen=True, slots=True)
class Stores:
    """Where both stores are; a drill empties them first."""

    redis_url: str
    postgres_url: str


def sweeper_class() -> type[Sweeper]:
    """Give the class that stands here under the sweeper's name: an ablation may replace it."""
    return Sweeper


def _nothing() -> None:
    return None


@dataclass(slots=True)
class Bench:
    """The parts, and the hands that move them."""

    stores: Stores
    folder: Path
    parts: ServerParts
    clients: FrontDesk
    sweeper: Sweeper
    raw: Redis
    ends_leases: bool
    """Whether leases are ended by hand: then none lasts as long as the policy says."""
    on_commit: Callable[[], object] = _nothing
    """Called whenever the ledger has committed rows."""

    def worker(self, name: str) -> DrillWorker:
        """Make a worker of that name."""
        parts = self.parts
        return DrillWorker(name, parts.redis, parts.queue, parts.values, Tokens())

    def look(self) -> None:
        """Write down how the queue stands."""
        with (self.folder / "looks.jsonl").open("ab") as file:
            file.write(msgspec.json.encode(look(self.raw)) + b"\n")

    def expire_leases(self) -> None:
        """Let all leases be over, as if their visibility timeout had passed."""
        self._set_scores(self.parts.queue.keys.leases)

    def make_due(self) -> None:
        """Let all delays be over."""
        self._set_scores(self.parts.queue.keys.delayed)

    def _set_scores(self, key: str) -> None:
        for member in self.raw.zrange(key, 0, -1):
            assert isinstance(member, bytes)  # noqa: S101 - asked without scores
            self.raw.zadd(key, {member: _LONG_AGO_MS}, xx=True)

    def wipe_redis(self) -> None:
        """Let Redis lose everything."""
        self.raw.flushall()

    def forget_value(self, index: int) -> None:
        """Let a value's time to live be over."""
        self.raw.delete(self.parts.value_keys.large(index))

    def hang_up(self) -> None:
        """Let PostgreSQL cut all connections, as `pg_terminate_backend` does."""
        with psycopg.connect(self.stores.postgres_url, autocommit=True) as other:
            other.execute(_HANG_UP)

    def log(self, record: Mapping[str, object]) -> None:
        """Write a record into a server's log."""
        with (self.folder / "logs" / "server-1.log").open("a", encoding="utf-8") as file:
            file.write(f"{LogLines().line(record)}\n")

    async def settle(self) -> None:
        """Work and sweep until nothing is owed, then look everything up once more."""
        for _ in range(SETTLE_ROUNDS):
            await self._work_and_sweep()
        rows = ledger_contents.read(self.stores.postgres_url).rows.values()
        for index in sorted({row.index for row in rows}):
            seen = await self.clients.look_up(index)
            if any(item.status == "calculating" for item in seen.items):
                await self._work_and_sweep()  # read-repair has queued it again
                await self.clients.look_up(index)
        self.look()

    async def _work_and_sweep(self) -> None:
        self.make_due()
        if self.ends_leases:
            self.expire_leases()
        worker = self.worker("settler")
        await worker.complete(await worker.claim(limit=100))
        await self.sweeper.sweep()

"""One arm of a run: from empty stores to what the checks judge."""

import asyncio
import itertools
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from fiblab.lab.chaos.load.caller import Caller
from fiblab.lab.checker import Evidence, check, ledger_contents, redis_contents
from fiblab.lab.checker.facts import RunFacts
from fiblab.lab.checker.history import Exchange, HistoryWriter
from fiblab.lab.checker.watch import Watcher
from fiblab.lab.stage.experiment import Experiment
from fiblab.lab.stage.following import Follower
from fiblab.lab.stage.lines import Arm, Healed, Line, Step
from fiblab.lab.stage.log import Log
from fiblab.lab.stage.record import ArmRecord
from fiblab.lab.stage.settings import layered
from fiblab.lab.stage.settling import settled
from fiblab.lab.stage.stage import Stage
from fiblab.lab.stage.stores import Stores
from fiblab.lab.system.system import System

Emit = Callable[[Line], None]

_EMPTY = "truncate request_ledger, request_count, fibonacci_value"
#: Final reads at once.
READERS = 16


@dataclass(slots=True)
class ArmPlayer:
    """Plays one arm in a folder of its own. Raises TooLate where the arm could not tell."""

    experiment: Experiment
    arm: Arm
    seed: int
    stores: Stores
    folder: Path
    emit: Emit
    _exchanges: list[Exchange] = field(default_factory=list)

    async def play(self) -> ArmRecord:
        """Go through the whole arm; faults are healed and processes ended however it ends."""
        self._say("emptying Redis and PostgreSQL")
        system = System(self.stores.stack, self.stores.urls, self.settings)
        await _empty(system)
        log = Log(self.arm, self.emit)
        async with AsyncExitStack() as ending:
            ending.push_async_callback(system.stop)
            follower = await ending.enter_async_context(_following(system, log))
            ending.enter_context(self._watching(system))
            stage = await ending.enter_async_context(self._stage(system, log, follower))
            await self._play_and_settle(stage, follower)
            self._say("stopping")
        return self._record(system, log)

    async def _play_and_settle(self, stage: Stage, follower: Follower) -> None:
        try:
            await self.experiment.play(stage)
        finally:
            self.emit(Healed(self.arm, await stage.heal()))
        self._say("waiting until nothing is owed")
        self._say(
            await settled(
                stage.system,
                lease_s=float(self.settings["FIBLAB_VISIBILITY_TIMEOUT_S"]),
                sweeps="no sweeper" not in stage.without,
            )
        )
        await self._read_all(stage)
        await follower.catch_up()

    async def _read_all(self, stage: Stage) -> None:
        """Look each number up once more: what is read now is what clients are left with."""
        indices = sorted({seen.first for seen in self._exchanges if seen.first >= 0})
        limit = asyncio.Semaphore(READERS)

        async def read(index: int) -> None:
            async with limit:
                await stage.look_up(index, client="final reader")

        if stage.system.addresses:
            await asyncio.gather(*map(read, indices))

    @property
    def settings(self) -> dict[str, str]:
        """What the arm's services are told, by environment variable."""
        twin = self.experiment.twin.settings if self.arm == "without" else {}
        return layered(self.experiment.settings, twin)

    @property
    def without(self) -> tuple[str, ...]:
        """Which patterns the arm's services lack."""
        return self.experiment.twin.without if self.arm == "without" else ()

    @asynccontextmanager
    async def _stage(self, system: System, log: Log, follower: Follower) -> AsyncIterator[Stage]:
        history = HistoryWriter(self._own_folder() / "history.jsonl")

        def record(exchange: Exchange) -> None:
            self._exchanges.append(exchange)
            history.write(exchange)

        began = time.monotonic()
        caller = Caller(_in_turn(system), record, run=self.arm, began=began)
        try:
            async with caller:
                yield Stage(
                    arm=self.arm,
                    without=self.without,
                    seed=self.seed,
                    system=system,
                    log=log,
                    follower=follower,
                    caller=caller,
                    say=self._say,
                )
        finally:
            history.close()

    @contextmanager
    def _watching(self, system: System) -> Iterator[None]:
        """Let the checker's own watcher read along."""
        watcher = Watcher(system.stack.redis_url, self._own_folder())
        watcher.start()
        try:
            yield
        finally:
            watcher.stop()

    def _own_folder(self) -> Path:
        folder = self.folder / self.arm
        folder.mkdir(exist_ok=True)
        return folder

    def _record(self, system: System, log: Log) -> ArmRecord:
        """Gather what is known once all processes have ended, and have the checker judge it."""
        settings, folder = self.settings, self._own_folder()
        redis = redis_contents.read(system.stack.redis_url)
        ledger = ledger_contents.read(system.stack.postgres_url)
        facts = RunFacts(
            max_attempts=int(settings["FIBLAB_MAX_ATTEMPTS"]),
            queue_bound=int(settings["FIBLAB_QUEUE_BOUND"]),
            visibility_timeout_s=float(settings["FIBLAB_VISIBILITY_TIMEOUT_S"]),
            dead_letter_cap=int(settings["FIBLAB_DEAD_LETTER_CAP"]),
            secrets=(),
        )
        evidence = Evidence(
            history=folder / "history.jsonl",
            events=folder / "events.jsonl",
            samples=folder / "samples.jsonl",
            logs=system.logs,
            redis=redis,
            ledger=ledger,
            facts=facts,
        )
        return ArmRecord(
            happenings=sorted(log.happenings, key=lambda happening: happening.at_ms),
            exchanges=tuple(self._exchanges),
            verdict=check(evidence),
            redis=redis,
            ledger=ledger,
            settings=settings,
        )

    def _say(self, text: str) -> None:
        self.emit(Step(self.arm, text))


@asynccontextmanager
async def _following(system: System, log: Log) -> AsyncIterator[Follower]:
    follower = Follower(system, log)
    task = asyncio.create_task(follower.run())
    try:
        yield follower
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _empty(system: System) -> None:
    """Let both stores be as new."""
    async with system.admin as client:
        await client.flushall()

    def truncate() -> None:
        with psycopg.connect(system.stack.postgres_url, autocommit=True) as connection:
            connection.execute(_EMPTY)

    await asyncio.to_thread(truncate)


def _in_turn(system: System) -> Iterator[str]:
    """Give the servers' addresses in turn, those included that are started later."""
    for number in itertools.count():
        addresses = list(system.addresses.values())
        yield addresses[number % len(addresses)]

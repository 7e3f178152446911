"""One chaos run, from an empty folder to the verdict; see the package for the order of things."""

import asyncio
import itertools
import platform
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import psutil

from fiblab.lab.chaos import progress
from fiblab.lab.chaos.injector import Injector
from fiblab.lab.chaos.load.caller import Caller
from fiblab.lab.chaos.load.clients import Clients
from fiblab.lab.chaos.progress import State
from fiblab.lab.chaos.result import BreachFound, ChaosResult, as_text, summed_up
from fiblab.lab.chaos.settle import NotSettled, read_all, requested_indices, settled
from fiblab.lab.chaos.system import Shape, System, running_system
from fiblab.lab.checker import Evidence, Verdict, check, ledger_contents, redis_contents
from fiblab.lab.checker.facts import RunFacts
from fiblab.lab.checker.history import HistoryWriter
from fiblab.lab.checker.watch import Watcher

#: What a result says of the versions that made it.
PACKAGES = ("asyncpg", "blacksheep", "uvicorn", "uvloop", "gmpy2")


@dataclass(frozen=True, slots=True)
class Options:
    """What a run is told; `clients` send `rate` calls a second, all together."""

    seconds: float
    seed: int
    rate: float
    faults_per_second: float
    clients: int


@dataclass(slots=True)
class _End:
    """How a run's end went: what was owed, and for how long."""

    settled_after_s: float = 0.0
    ledger_rows: int = 0
    defects: list[str] = field(default_factory=list)


async def run_chaos(options: Options, folder: Path) -> ChaosResult:
    """Make a run in a folder and return what it found.

    Raises an EmbeddedError where the system cannot be started. What the run saw stays in the
    folder: history.jsonl, events.jsonl, samples.jsonl, system/logs.
    """
    run = _ChaosRun(options, folder)
    showing = asyncio.create_task(progress.show(run.state))
    try:
        return await run.run()
    finally:
        showing.cancel()


def temporary_folder() -> Path:
    """Make a folder for a run that nobody has given one; it stays, to be looked into."""
    folder = Path(tempfile.mkdtemp(prefix="fiblab-chaos-")).resolve()
    folder.chmod(0o711)  # the user that PostgreSQL runs as must be able to pass through
    return folder


class _ChaosRun:
    """Holds together what one run is made of."""

    def __init__(self, options: Options, folder: Path) -> None:
        self._options = options
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._shape = Shape()
        self.state = State(options.seconds)

    async def run(self) -> ChaosResult:
        """Go through all phases."""
        started = datetime.now(UTC)
        async with running_system(self._folder / "system", self._shape) as system:
            async with self._clients(system) as clients:
                injector = Injector(system, clients, self.state, seed=self._options.seed)
                end = await self._live_through(system, clients, injector)
            evidence = self._evidence(system)
            versions = await _versions(system)
            starts = {service.name: service.starts for service in system.services.values()}
        self.state.phase = "checking"
        verdict = await asyncio.to_thread(check, evidence)
        return self._result(
            started=started,
            versions=versions,
            starts=starts,
            injector=injector,
            end=end,
            verdict=verdict,
        )

    @asynccontextmanager
    async def _clients(self, system: System) -> AsyncIterator[Clients]:
        """Open what the clients send through, write into, and what watches the queue meanwhile."""
        history = HistoryWriter(self._folder / "history.jsonl")
        watcher = Watcher(system.stack.redis_url, self._folder)
        watcher.start()
        self.state.begin()
        caller = Caller(
            itertools.cycle(list(system.addresses.values())),
            history.write,
            run=f"chaos-{self._options.seed}",
            began=self.state.began,
        )
        try:
            async with caller:
                yield Clients(
                    caller,
                    self.state.tally,
                    seed=str(self._options.seed),
                    count=self._options.clients,
                    per_second=self._options.rate,
                    indices=self._shape.indices,
                )
        finally:
            await asyncio.to_thread(watcher.stop)
            history.close()

    async def _live_through(self, system: System, clients: Clients, injector: Injector) -> _End:
        """Load and faults, then neither; whatever dies meanwhile is started again."""
        keeping = asyncio.create_task(system.keep_running())
        loading = asyncio.create_task(clients.run())
        try:
            self.state.phase = "under load and faults"
            await injector.run(self._options.seconds, self._options.faults_per_second)
            clients.stop()
            self.state.phase = "settling"
            await loading
            return await self._settle(system, clients)
        finally:
            keeping.cancel()
            loading.cancel()
            with suppress(asyncio.CancelledError):
                await asyncio.gather(keeping, loading)

    async def _settle(self, system: System, clients: Clients) -> _End:
        end, stack = _End(), system.stack
        try:
            end.settled_after_s = await settled(stack.postgres_url, stack.redis_url)
            self.state.phase = "reading every number once more"
            indices, end.ledger_rows = await requested_indices(stack.postgres_url)
            await read_all(clients, indices)
            await settled(stack.postgres_url, stack.redis_url)
        except* NotSettled as unsettled:
            end.defects += [str(error) for error in unsettled.exceptions]
        if failures := self.state.tally.statuses[500]:
            end.defects.append(f"{failures} answers of 500")
        return end

    def _evidence(self, system: System) -> Evidence:
        shape, folder = self._shape, self._folder
        facts = RunFacts(
            max_attempts=shape.max_attempts,
            queue_bound=shape.queue_bound,
            visibility_timeout_s=shape.visibility_timeout_s,
            dead_letter_cap=shape.dead_letter_cap,
            secrets=system.secrets,
        )
        return Evidence(
            history=folder / "history.jsonl",
            events=folder / "events.jsonl",
            samples=folder / "samples.jsonl",
            logs=system.logs,
            redis=redis_contents.read(system.stack.redis_url),
            ledger=ledger_contents.read(system.stack.postgres_url),
            facts=facts,
        )

    def _result(  # noqa: PLR0913 - one part of the run each
        self,
        *,
        started: datetime,
        versions: dict[str, str],
        starts: dict[str, int],
        injector: Injector,
        end: _End,
        verdict: Verdict,
    ) -> ChaosResult:
        tally = self.state.tally
        return ChaosResult(
            seed=self._options.seed,
            started=started.strftime("%Y-%m-%d %H:%M UTC"),
            minutes=round(self._options.seconds / 60, 1),
            versions=versions,
            machine=_machine(),
            servers=self._shape.servers,
            workers=self._shape.workers,
            visibility_timeout_s=self._shape.visibility_timeout_s,
            exchanges=tally.exchanges,
            accepted=tally.accepted,
            statuses=as_text(tally.statuses),
            ledger_rows=end.ledger_rows,
            process_starts=starts,
            settled_after_s=round(end.settled_after_s, 1),
            faults=summed_up(injector.struck),
            crash_points=dict(sorted(injector.crash_points.items())),
            not_reached=tuple(injector.not_reached()),
            examined={str(number): what for number, what in verdict.examined.items()},
            breaches=tuple(
                BreachFound(breach.invariant, breach.what, tuple(breach.evidence))
                for breach in verdict.breaches
            ),
            defects=tuple(end.defects),
        )


async def _versions(system: System) -> dict[str, str]:
    """Name what took part, with its versions."""
    program = system.redis.program
    stores = {
        program.name: ".".join(map(str, program.version)),
        "PostgreSQL": await system.postgres_version(),
    }
    packages = {package: version(package) for package in PACKAGES}
    return {"Python": platform.python_version(), **stores, **packages}


def _machine() -> str:
    gibibytes = psutil.virtual_memory().total / 2**30
    return (
        f"{platform.system()} {platform.machine()}, {psutil.cpu_count()} cores, {gibibytes:.0f} GiB"
    )

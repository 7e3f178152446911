"""What an experiment's play holds: the system, its load, its faults, and the log of it all."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Literal

from fiblab.embedded.store import Store
from fiblab.lab.chaos.load import calls
from fiblab.lab.chaos.load.caller import Caller
from fiblab.lab.chaos.load.calls import Call
from fiblab.lab.checker.history import Exchange
from fiblab.lab.faults.fault import Fault
from fiblab.lab.stage.following import Follower
from fiblab.lab.stage.lines import Arm, Happening, Source
from fiblab.lab.stage.log import Log
from fiblab.lab.system.environment import environment
from fiblab.lab.system.system import System

#: Seconds that a play waits for what must happen next, unless it says otherwise.
WAIT_LIMIT_S = 30.0

StoreName = Literal["redis", "postgres"]


class Stage:
    """One arm, while it is played. Both arms draw the same from `dice`.

    Whatever a play does to the system goes through here, so that it stands in the log. Faults end
    with the block that makes them, or at the latest with the arm: see `heal`.
    """

    def __init__(  # noqa: PLR0913 - what a play works with, by keyword
        self,
        *,
        arm: Arm,
        without: tuple[str, ...],
        seed: int,
        system: System,
        log: Log,
        follower: Follower,
        caller: Caller,
        say: Callable[[str], None],
    ) -> None:
        self.arm: Arm = arm
        self.without = without
        self.dice = random.Random(seed)  # noqa: S311 - a load to be had again, no secret
        self.system = system
        self.log = log
        self.say = say
        self._follower = follower
        self._caller = caller
        self._frozen: set[str] = set()

    @property
    def is_twin(self) -> bool:
        """Whether this arm lacks the pattern."""
        return self.arm == "without"

    # Processes

    async def open_server(self, name: str = "server", **settings: object) -> None:
        """Start a server and wait until it is ready."""
        self.say(f"starting {name}")
        await self.system.open_server(name, environment(settings), self.without)
        await self.system.wait_ready()
        self.log.add("process", "ready", who=name)

    async def open_worker(self, name: str = "worker-1", **settings: object) -> None:
        """Start a worker; its first claim shows that it is there."""
        self.say(f"starting {name}")
        await self.system.open_worker(name, environment(settings), self.without)
        self._follower.know([self.system.services[name]])

    def restart(self, name: str) -> None:
        """Start a process that has ended again."""
        service = self.system.services[name]
        service.start()
        self._follower.know([service])

    def kill(self, name: str) -> None:
        """SIGKILL a process and all that it has started."""
        self.log.add("fault", "killed", who=name, detail="SIGKILL")
        self.system.services[name].process.kill()

    def terminate(self, name: str) -> None:
        """SIGTERM: ask a process to finish or give back what it has, and end."""
        self.log.add("fault", "terminated", who=name, detail="SIGTERM")
        self.system.services[name].process.ask_to_stop()

    def freeze(self, name: str) -> None:
        """SIGSTOP a process and all that it has started."""
        self.log.add("fault", "frozen", who=name, detail="SIGSTOP")
        self._frozen.add(name)
        self.system.services[name].process.freeze()

    def thaw(self, name: str) -> None:
        """SIGCONT what was frozen."""
        self.system.services[name].process.thaw()
        self._frozen.discard(name)
        self.log.add("fault", "thawed", who=name, detail="SIGCONT")

    async def ended(self, name: str) -> Happening:
        """Wait until a process has ended."""
        return await self.until("ended", source="process", who=name)

    # Stores and other faults

    @asynccontextmanager
    async def away(self, store: StoreName) -> AsyncIterator[None]:
        """Let a store be dead for the block: SIGKILL, and started again at its end."""
        self.log.add("fault", "killed", who=store, detail="SIGKILL")
        await asyncio.to_thread(self._store(store).process.kill)
        try:
            yield
        finally:
            await self._bring_back(store)
            self.log.add("fault", "healed", who=store, detail="runs again")

    @asynccontextmanager
    async def under(self, fault: Fault) -> AsyncIterator[None]:
        """Strike with any fault of the chaos run, and heal it at the block's end."""
        self.log.add("fault", "struck", who=fault.target, detail=fault.name)
        try:
            await fault.inject(self.system)
            yield
        finally:
            await fault.heal(self.system)
            self.log.add("fault", "healed", who=fault.target, detail=fault.name)

    async def heal(self) -> str:
        """Undo what is not undone yet; return what was made sure of."""
        for name in list(self._frozen):
            self.thaw(name)
        for store in ("redis", "postgres"):
            await self._bring_back(store)
        for service in self.system.services.values():
            for link in (service.redis_link, service.postgres_link):
                link.disarm()
                link.delay(0)
                link.resume()
        return "Nothing is frozen, no connection is held up, Redis and PostgreSQL answer."

    async def _bring_back(self, store: StoreName) -> None:
        server = self._store(store)
        if not server.process.is_running:
            server.launch()  # in this thread, with which it would end
        await asyncio.to_thread(server.wait_ready)

    def _store(self, store: StoreName) -> Store:
        return self.system.redis if store == "redis" else self.system.postgres

    # Load

    async def request(self, index: int, *, key: str = "", client: str = "client-1") -> Exchange:
        """Ask for a number once, as a client of that name."""
        return await self.send(calls.request(index, key), client)

    async def look_up(self, index: int, *, client: str = "client-1", wait_s: int = 0) -> Exchange:
        """Look how a number stands."""
        return await self.send(calls.look_up(index, wait_s), client)

    async def send(self, call: Call, client: str) -> Exchange:
        """Send a call; sending and answer stand in the log."""
        job = str(call.first) if call.first >= 0 else ""
        self.log.add("client", "requested" if call.counts else "asked", job=job, who=client)
        exchange = await self._caller.send(call, client)
        kind = _outcome(exchange) if call.counts else "answered"
        self.log.add("client", kind, job=job, who=client, detail=_answer(exchange))
        return exchange

    # Log

    async def until(  # noqa: PLR0913 - what a happening may be known by
        self,
        kind: str | tuple[str, ...],
        *,
        source: Source = "queue",
        job: int | str | None = None,
        who: str | None = None,
        detail: str | None = None,
        after: Happening | None = None,
        limit_s: float = WAIT_LIMIT_S,
    ) -> Happening:
        """Wait for a happening of a kind, or one of several, old ones included; raises TooLate.

        With `after`, only one that came into the log later than that one will do.
        """
        start = self.log.happenings.index(after) + 1 if after else 0
        kinds = (kind,) if isinstance(kind, str) else kind
        wanted = {"source": source, "who": who, "detail": detail}
        wanted["job"] = None if job is None else str(job)
        known = {name: value for name, value in wanted.items() if value is not None}

        def is_it(happening: Happening) -> bool:
            fits = all(getattr(happening, name) == value for name, value in known.items())
            return fits and happening.kind in kinds

        return await self.log.until(is_it, limit_s, _sentence(kinds, known), start=start)

    def measure(self, kind: str, value: float, *, who: str = "") -> None:
        """Note a number of a series, to be plotted."""
        self.log.add("measure", kind, who=who, value=value)


def _outcome(exchange: Exchange) -> str:
    if exchange.status in {200, 202}:
        return "accepted"
    return "refused" if exchange.status else "failed"


def _answer(exchange: Exchange) -> str:
    statuses = " ".join(item.status for item in exchange.items[:1])
    words = exchange.problem or exchange.failure or statuses
    return f"{exchange.status} {words}".strip()


def _sentence(kinds: tuple[str, ...], wanted: dict[str, str]) -> str:
    job = f" of job {wanted['job']}" if "job" in wanted else ""
    who = f" by {wanted['who']}" if "who" in wanted else ""
    return f"{' or '.join(kinds)} ({wanted['source']}){job}{who}"

"""Which fault comes next: drawn from a seed, every crash point in turn."""

import random
import signal
from collections.abc import Callable, Iterator

from fiblab.lab.chaos.flood import Flood
from fiblab.lab.chaos.load.clients import Clients
from fiblab.lab.chaos.system import System
from fiblab.lab.faults.crash_points import CrashPoint, crash_points
from fiblab.lab.faults.fault import Fault
from fiblab.lab.faults.framing import Moment
from fiblab.lab.faults.network_faults import Cut, Latency, Partition, Reset, Store
from fiblab.lab.faults.postgres_faults import (
    BackendsTerminated,
    BackendTerminated,
    CountRowLocked,
    CountsLocked,
    PostgresFrozen,
    PostgresStopped,
)
from fiblab.lab.faults.process_faults import ChildKilled, Frozen, Killed, KilledAt, Terminated
from fiblab.lab.faults.redis_faults import (
    MissingDenseValue,
    RedisFrozen,
    RedisFull,
    RedisKilled,
    RedisPaused,
    RedisTruncated,
    RedisWiped,
    ScriptsFlushed,
    WrongDenseValue,
    WrongMarker,
    WrongValue,
)

#: Markers that are wrong: beyond the end, before it, and no numbers.
WRONG_MARKERS = ("1000", "999999", "-1", "0", "nan", "1e3", "")

#: How often each fault comes, out of their sum; what stops everybody comes seldom.
WEIGHTS: dict[str, float] = {
    "reset": 36,
    "cut": 8,
    "latency": 5,
    "partition": 4,
    "killed at a point": 20,
    "killed": 5,
    "frozen": 3,
    "terminated": 2.5,
    "child killed": 2,
    "scripts flushed": 3,
    "corrupt value": 5,
    "backends terminated": 1.2,
    "backend terminated": 3,
    "counts locked": 0.5,
    "count locked": 1,
    "postgres frozen": 0.5,
    "postgres stopped": 0.5,
    "redis paused": 0.7,
    "redis frozen": 0.5,
    "redis full": 0.6,
    "redis killed": 0.6,
    "redis cut": 0.5,
    "redis wiped": 0.6,
    "flood": 1,
}


class Drawing:
    """An endless stack of faults for one system."""

    def __init__(self, system: System, clients: Clients, seed: int) -> None:
        self._system = system
        self._dice = random.Random(f"{seed}/faults")  # noqa: S311 - to be had again, no secret
        self._points = self._all_points_in_turn()
        self._kinds = list(WEIGHTS)
        self._weights = list(WEIGHTS.values())
        dice, seconds = self._dice, self._seconds
        self._draws: dict[str, Callable[[], Fault]] = {
            "reset": lambda: Reset(self._service(), self._store(), dice.choice(list(Moment))),
            "cut": lambda: Cut(self._service(), self._store()),
            "latency": lambda: Latency(
                self._service(), self._store(), seconds(0.01, 0.3), seconds(0.5, 2)
            ),
            "partition": lambda: Partition(self._service(), self._store(), seconds(0.3, 4)),
            "killed at a point": self._killed_at,
            "killed": self._killed,
            "frozen": lambda: Frozen(
                self._service(), seconds(0.2, 4), system.shape.visibility_timeout_s
            ),
            "terminated": lambda: Terminated(self._service(), twice=dice.choice((False, True))),
            "child killed": lambda: ChildKilled(
                self._service("worker"), dice.choice([signal.SIGKILL, signal.SIGSEGV])
            ),
            "scripts flushed": ScriptsFlushed,
            "corrupt value": self._corrupt_value,
            "backends terminated": BackendsTerminated,
            "backend terminated": lambda: BackendTerminated(dice),
            "counts locked": lambda: CountsLocked(seconds(0.2, 3)),
            "count locked": lambda: CountRowLocked(seconds(0.2, 3)),
            "postgres frozen": lambda: PostgresFrozen(seconds(0.2, 3)),
            "postgres stopped": lambda: PostgresStopped(seconds(0, 2)),
            "redis paused": lambda: RedisPaused(seconds(0.1, 3)),
            "redis frozen": lambda: RedisFrozen(seconds(0.2, 3)),
            "redis full": lambda: RedisFull(seconds(0.2, 1.5)),
            "redis killed": RedisKilled,
            "redis cut": lambda: RedisTruncated(dice),
            "redis wiped": RedisWiped,
            "flood": lambda: Flood(clients, system.shape.indices.dense, dice),
        }

    def __next__(self) -> Fault:
        """Draw the next fault."""
        (kind,) = self._dice.choices(self._kinds, self._weights)
        return self._draws[kind]()

    def _all_points_in_turn(self) -> Iterator[CrashPoint]:
        points = crash_points()
        while True:
            self._dice.shuffle(points)
            yield from points

    def _service(self, kind: str | None = None) -> str:
        names = [name for name, one in self._system.services.items() if kind in {None, one.kind}]
        return self._dice.choice(names)

    def _store(self) -> Store:
        return self._dice.choice(("redis", "postgres"))

    def _seconds(self, shortest: float, longest: float) -> float:
        return round(self._dice.uniform(shortest, longest), 3)

    def _killed_at(self) -> Fault:
        point = next(self._points)
        return KilledAt(self._service(point.process), point)

    def _killed(self) -> Fault:
        service = self._service()
        return Killed(service, self._system.services[service].kind)

    def _corrupt_value(self) -> Fault:
        index = self._dice.choice(self._system.shape.indices.dense)
        corruptions: list[Callable[[], Fault]] = [
            lambda: WrongValue(self._dice),
            lambda: WrongDenseValue(index),
            lambda: MissingDenseValue(index),
            lambda: WrongMarker(self._dice.choice(WRONG_MARKERS)),
        ]
        return self._dice.choice(corruptions)()

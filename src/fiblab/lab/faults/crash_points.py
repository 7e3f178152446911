"""Where a process can be killed: right before or right after each script and each commit.

The points are those of the code: every Lua file of the packages, and every statement that commits.
A process dies before the store has heard of the operation, or after the store has done it and
before the process hears of that; between the two there is nothing, as both are one step.
"""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from fiblab.lab.faults.framing import Moment

Process: TypeAlias = Literal["server", "worker"]
Store: TypeAlias = Literal["redis", "postgres"]


@dataclass(frozen=True, slots=True)
class CrashPoint:
    """One place of a process's life at which it can be killed."""

    process: Process
    store: Store
    operation: str
    moment: Moment

    def __str__(self) -> str:
        """Name it as reports do."""
        return f"{self.process} {self.moment} {self.operation}"


#: Scripts that lie on a process's path, and the command that writes a value outside any script. A
#: worker's path includes the sweeper's.
SCRIPTS: dict[Process, tuple[str, ...]] = {
    "server": ("admit", "look_up", "enqueue", "drop_value", "drop_dense_value", "SET"),
    "worker": (
        "complete_and_claim",
        "complete",
        "heartbeat",
        "fail",
        "release",
        "status",
        "enqueue",
        "read_dense",
        "extend_dense",
        "repair_dense",
        "drop_value",  # of a marker that is no number
        "drop_dense_value",  # of one that the next values would have been computed from
        "SET",
    ),
}

#: Statements that commit, each a transaction of its own, but for a range's, which `commit` ends.
STATEMENTS: dict[Process, tuple[str, ...]] = {
    "server": ("insert request_ledger", "commit"),
    "worker": (
        "insert fibonacci_value",
        "update request_ledger",
        "delete request_ledger",
        "commit",  # of the sweeper's role, within which nothing is written
    ),
}

#: Scripts and statements at which neither process is killed, with the reason.
ON_NO_PATH = {
    "claim": "workers claim with complete_and_claim, which does the same and more",
    "requeue": "an operator's call",
    "discard": "an operator's call",
    "dead_letters": "an operator's call, which reads",
    "depth": "only reads, for /readyz, /metrics and operators: as good as any other time",
    "jobs": "only reads, for people",
    "describe": "only reads, for people",
    "workers": "only reads, for people",
    "present": "a worker's sign of life, on which no job depends",
    "delete fibonacci_value": "only where PostgreSQL itself has come to hold a wrong value",
}


def crash_points() -> list[CrashPoint]:
    """List every point of both processes, in a fixed order."""
    return [*_points("redis", SCRIPTS), *_points("postgres", STATEMENTS)]


def _points(store: Store, table: dict[Process, tuple[str, ...]]) -> list[CrashPoint]:
    return [
        CrashPoint(process, store, operation, moment)
        for process, operations in table.items()
        for operation in operations
        for moment in (Moment.BEFORE, Moment.AFTER)
    ]

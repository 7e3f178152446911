"""What a chaos run found: every fault with its recovery, summed up by kind, and the verdict."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

import msgspec


class StruckFault(msgspec.Struct, frozen=True):
    """One fault of a run; times are seconds since the run began."""

    row: str
    """Of the fault matrix."""
    name: str
    target: str
    struck_at: float
    ended_at: float
    """When it was healed; for a kill, when it struck."""
    recovered_after_s: float
    """From its end until a number that nobody had asked for was asked for and known."""


class FaultSummary(msgspec.Struct, frozen=True):
    """All faults of one name."""

    row: str
    name: str
    count: int
    recovery_p50_s: float
    recovery_p99_s: float
    recovery_max_s: float


class BreachFound(msgspec.Struct, frozen=True):
    """A breach, as the checker tells it."""

    invariant: int
    what: str
    evidence: tuple[str, ...]


class ChaosResult(msgspec.Struct, frozen=True):
    """A whole run, summed up."""

    seed: int
    started: str
    minutes: float
    """Of load and faults together; settling and checking come on top."""
    versions: dict[str, str]
    machine: str
    servers: int
    workers: int
    visibility_timeout_s: float
    exchanges: int
    accepted: int
    statuses: dict[str, int]
    ledger_rows: int
    process_starts: dict[str, int]
    settled_after_s: float
    """From the end of load and faults until nothing was owed to anybody."""
    faults: tuple[FaultSummary, ...]
    crash_points: dict[str, int]
    """Crash point -> how often a process was killed there."""
    not_reached: tuple[str, ...]
    """Crash points and faults that were drawn and did not come about."""
    examined: dict[str, str]
    """Invariant -> what the checker looked at."""
    breaches: tuple[BreachFound, ...]
    defects: tuple[str, ...]
    """What no invariant names and must not be: answers of 500, an unsettled end."""

    @property
    def fault_count(self) -> int:
        """How many faults struck."""
        return sum(fault.count for fault in self.faults)

    @property
    def is_clean(self) -> bool:
        """Whether nothing was found."""
        return not self.breaches and not self.defects


def summed_up(faults: Iterable[StruckFault]) -> tuple[FaultSummary, ...]:
    """Sum faults up by row and name, in the order of both."""
    groups: dict[tuple[str, str], list[float]] = defaultdict(list)
    for fault in faults:
        groups[fault.row, fault.name].append(fault.recovered_after_s)
    return tuple(
        FaultSummary(
            row,
            name,
            len(seconds),
            round(percentile(seconds, 0.5), 3),
            round(percentile(seconds, 0.99), 3),
            round(max(seconds), 3),
        )
        for (row, name), seconds in sorted(groups.items())
    )


def percentile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that at least this share of the values does not pass."""
    ranked = sorted(values)
    return ranked[max(0, math.ceil(share * len(ranked)) - 1)]


def as_text(statuses: Counter[int]) -> dict[str, int]:
    """Name the statuses as a reader expects them; 0 is no whole answer."""
    return {str(status) if status else "none": statuses[status] for status in sorted(statuses)}

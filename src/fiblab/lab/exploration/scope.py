"""How much is explored: who takes part, which faults may happen, and how many at once."""

from dataclasses import dataclass, field
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Limits:
    """The numbers of the queue, as small as they can be and still matter."""

    max_attempts: int = 2
    bound: int = 2
    dead_letter_cap: int = 1


class Fault(StrEnum):
    """What may go wrong, or come at a bad moment."""

    KILL = "kill"
    """A server, worker or sweeper dies and is started anew."""
    LOSE = "lose"
    """A reply is lost on its way."""
    DELAY = "delay"
    """A call is given up and repeated, and Redis carries out the first one, too, later on."""
    EXPIRE = "expire"
    """A lease ends while its worker lives: frozen, or cut off."""
    ROLL_BACK = "roll back"
    """Redis loses what it has not written down."""
    WIPE = "wipe"
    """Redis comes back empty."""
    FAIL = "fail"
    """An attempt fails, for now or for good."""
    REPEAT = "repeat"
    """A request that was answered is sent again."""
    SHUT_DOWN = "shut down"
    """A worker gives its job back, or ends it and claims no other."""
    OPERATE = "operate"
    """An operator requeues or discards a dead letter."""


@dataclass(frozen=True, slots=True)
class Design:
    """How the system is built outside the scripts; each default is how it really is."""

    sweeps: bool = True
    """Open rows are settled."""
    answers_after_commit: bool = True
    """Nobody is answered before the row is durable."""
    admits_before_counting: bool = True
    """A request that is refused was never counted."""
    counts_with_row: bool = True
    """Row and count are one statement."""
    keeps_key: bool = True
    """A request that is tried again bears the same key."""
    random_nonces: bool = True
    """Nonces are random, not a counter in Redis."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What is explored wholly."""

    name: str
    jobs: tuple[str, ...]
    """The index that each client asks for; 1, 2, …"""
    workers: int
    faults: int
    """How many may happen in one history, of any of the kinds."""
    kinds: frozenset[Fault] = frozenset(Fault)
    limits: Limits = field(default_factory=Limits)
    heartbeats: bool = True
    """Workers prolong their leases."""

    def __str__(self) -> str:
        asked = " and ".join(f"F({job})" for job in sorted(set(self.jobs)))
        bound = "" if self.limits == Limits() else f", room for {self.limits.bound}"
        return (
            f"{_many(len(self.jobs), 'client')} for {asked}, {_many(self.workers, 'worker')}, "
            f"at most {_many(self.faults, 'fault')}{bound}"
        )


def _many(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


#: For a test: some seconds.
SMALL = (
    Scope("one client", ("1",), workers=2, faults=2),
    Scope("two clients, one index", ("1", "1"), workers=2, faults=1),
    Scope("two indices, room for one", ("1", "2"), workers=1, faults=1, limits=Limits(bound=1)),
)

#: For a soak: some ten minutes.
LARGE = (
    *SMALL,
    Scope("two indices, one worker", ("1", "2"), workers=1, faults=1),
    Scope("one client, three faults", ("1",), workers=2, faults=3),
    Scope("two clients, two indices", ("1", "2"), workers=2, faults=1),
    Scope("two clients, one index, two faults", ("1", "1"), workers=2, faults=2),
    Scope("three clients, one index", ("1", "1", "1"), workers=2, faults=1),
    Scope("three clients, two indices", ("1", "1", "2"), workers=2, faults=1),
)

"""What an answer says about whether its request was counted."""

from enum import Enum, auto

from fiblab.lab.checker.history import Exchange

#: Problems with status 503 that promise that nothing was counted; see docs/reference/problems.md.
DEFINITE_PROBLEMS = frozenset({"queue-full", "overloaded", "dependency-unavailable"})


class Outcome(Enum):
    """Whether a request was counted, as far as its client can know."""

    ACCEPTED = auto()
    REFUSED = auto()
    """Definitely not counted."""
    UNKNOWN = auto()


def outcome_of(exchange: Exchange) -> Outcome:
    """Read the outcome out of the status and the problem's type."""
    if 200 <= exchange.status < 300:  # noqa: PLR2004 - HTTP's own classes
        return Outcome.ACCEPTED
    if 400 <= exchange.status < 500:  # noqa: PLR2004 - the same
        return Outcome.REFUSED
    return Outcome.REFUSED if exchange.problem in DEFINITE_PROBLEMS else Outcome.UNKNOWN

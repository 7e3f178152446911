"""The numbers that a queue runs by."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Limits and times of a queue; each one is sent with the script that needs it."""

    #: How long a lease lasts without a heartbeat. A killed worker's job waits this long:
    #: short enough to watch, long enough for three heartbeats on a busy laptop.
    visibility_timeout_ms: int = 10_000
    #: Claims after which a job is given up.
    max_attempts: int = 3
    #: Most jobs that may be ready, leased or delayed together.
    bound: int = 100_000
    #: Longest delay before the second attempt; doubles with each one.
    backoff_base_ms: int = 500
    #: Longest delay before any attempt.
    backoff_cap_ms: int = 30_000
    #: Stream entries kept, about an hour of a busy lab.
    event_cap: int = 10_000
    #: Dead letters kept; the oldest go first.
    dead_letter_cap: int = 1_000

    def __post_init__(self) -> None:
        """Refuse what no queue can run by; Redis would refuse a fraction only halfway through."""
        for name in self.__slots__:
            value = getattr(self, name)
            if not isinstance(value, int) or value < 1:
                message = f"a queue's {name} is a whole number of at least 1, not {value!r}"
                raise ValueError(message)

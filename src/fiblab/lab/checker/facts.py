"""What the runner of a system knows and the checker needs: its numbers, and what befell Redis."""

import msgspec


class RedisLoss(msgspec.Struct, frozen=True):
    """Redis lost writes that it had acknowledged."""

    at: float
    """Seconds since the run began."""
    kind: str
    """`wiped`, or `rolled back` to an earlier state."""


class RunFacts(msgspec.Struct, frozen=True):
    """The numbers that the system ran by, and what must appear in no log."""

    max_attempts: int
    queue_bound: int
    visibility_timeout_s: float
    dead_letter_cap: int
    dense_max_index: int
    max_index: int
    lanes: tuple[str, ...]
    redis_losses: tuple[RedisLoss, ...]
    secrets: tuple[str, ...]

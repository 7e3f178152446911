"""What the runner of a system knows and the checker needs: its numbers, and its secrets."""

import msgspec


class RunFacts(msgspec.Struct, frozen=True):
    """The numbers that the system ran by, and what must appear in no log."""

    max_attempts: int
    queue_bound: int
    visibility_timeout_s: float
    dead_letter_cap: int
    secrets: tuple[str, ...]

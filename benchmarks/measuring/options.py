"""How much a benchmark measures."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line says to a benchmark."""

    rounds: int | None = None
    """Turns of each side; the benchmark's own number if None."""
    quick: bool = False
    """Only show that it runs, within seconds: its figures mean nothing."""

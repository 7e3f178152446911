"""Patterns that experiments take away, beyond those by which the checker is proved."""

from fiblab.lab.variants.ablation import Ablation

_HERE = "fiblab.lab.variants"

TAUGHT: tuple[Ablation, ...] = (
    Ablation(
        "no breaker",
        "However often a store has failed, the next call goes there, too.",
        (),
        python=f"{_HERE}.taught_waiting.NeverOpens",
    ),
    Ablation(
        "no reply deadline",
        "A call to Redis waits for its reply for as long as it takes.",
        (),
        python=f"{_HERE}.taught_waiting.WaitsForEver",
    ),
)

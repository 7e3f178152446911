"""F(n) as decimal text, for large n: a kernel in C that works in radix 10^18 throughout."""

from __future__ import annotations

from fiblab_kernel._kernel import (
    INSTRUCTIONS,
    Cancellation,
    Cancelled,
    FoundWrong,
    fibonacci_text,
    step_costs,
)

__all__ = [
    "INSTRUCTIONS",
    "Cancellation",
    "Cancelled",
    "FoundWrong",
    "fibonacci_text",
    "step_costs",
]

"""F(n) as decimal text by the compiled kernel, where the optional package `fiblab-kernel` is.

The package is part of this repository, in `kernel/`; all works without it, in more time.
"""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING

from fiblab.fibonacci.progress import Milestones, Progress, unheard

if TYPE_CHECKING:
    from collections.abc import Callable

#: Time of making the text, as a share of computing it: measured at 10^7 and 10^8.
TEXT_SHARE = 0.07


@cache
def kernel_is_usable() -> bool:
    """Whether the kernel is installed and this machine has the instructions that make it fast.

    Its portable code is right, but slower than libmpdec where there is no fused multiply-add.
    """
    if find_spec("fiblab_kernel") is None:
        return False
    from fiblab_kernel import INSTRUCTIONS  # noqa: PLC0415 - may not be installed

    return INSTRUCTIONS == "avx2"


def kernel_text(index: int, report: Callable[[Progress], None] = unheard) -> str:
    """Return F(index), for an index from 87 to 10^9; ask `kernel_is_usable` first.

    Gives the GIL away for its run. Raises fiblab_kernel.FoundWrong (an ArithmeticError) if a
    product fails its check, ImportError if the kernel is not installed.
    """
    from fiblab_kernel import fibonacci_text, step_costs  # noqa: PLC0415 - may not be installed

    costs = step_costs(index)
    milestones = Milestones([*costs, TEXT_SHARE * sum(costs)], report)
    text = fibonacci_text(index, step_done=milestones.step_done)
    milestones.step_done()
    return text

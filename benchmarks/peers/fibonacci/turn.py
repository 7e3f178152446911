"""A side's turn: one cold call, then warm ones, in a process that has computed nothing yet."""

import hashlib
import json
import sys
from collections.abc import Callable
from statistics import median
from time import perf_counter

#: The warm calls end after so many, or when their seconds have passed: enough for a steady median.
MOST_CALLS = 2_000


def main(compute: Callable[[int], str]) -> None:
    """Print milliseconds of the first call, the median of those after it, and the text's hash."""
    index, seconds = int(sys.argv[1]), float(sys.argv[2])
    cold, text = _call(compute, index)
    warm = [_call(compute, index)[0]]
    while sum(warm) < seconds * 1_000 and len(warm) < MOST_CALLS:
        warm.append(_call(compute, index)[0])
    digest = hashlib.sha256(text.encode()).hexdigest()
    print(json.dumps({"cold": cold, "warm": median(warm), "digest": digest}))


def _call(compute: Callable[[int], str], index: int) -> tuple[float, str]:
    began = perf_counter()
    text = compute(index)
    return (perf_counter() - began) * 1_000, text

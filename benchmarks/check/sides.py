"""What the regression check measures, each beside its anchor; all figures are rates."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import gmpy2

from benchmarks.check.queue_sides import drain, enqueue, pipelined_sets
from benchmarks.check.request_sides import request_sides
from benchmarks.measuring.stores import stores
from benchmarks.measuring.turns import Turn
from fiblab.fibonacci import fibonacci_text

#: An index that GMP computes, and one that is computed in decimal.
INDICES = (500_000, 10_000_000)

#: Seconds of computing in one turn, at least.
TURN_S = 0.5


@contextmanager
def sides() -> Iterator[dict[str, dict[str, Turn]]]:
    """Give what is measured -> ours, then its anchor."""
    with stores() as where, request_sides(where) as requests:
        anchor = pipelined_sets(where.redis_url)
        yield {
            **requests,
            "enqueue, 64 a call": {"fiblab": enqueue(where.redis_url), "SETs": anchor},
            "drain, 64 a call": {"fiblab": drain(where.redis_url), "SETs": anchor},
            **{f"F({index:,}) as text": _computing(index) for index in INDICES},
        }


def _computing(index: int) -> dict[str, Turn]:
    def gmpy2_text() -> str:
        text: str = gmpy2.fib(index).digits()
        return text

    return {"fiblab": _rate(lambda: fibonacci_text(index)), "gmpy2": _rate(gmpy2_text)}


def _rate(compute: Callable[[], str]) -> Turn:
    def turn() -> Mapping[str, float]:
        compute()  # the first call of a process pays for its memory
        calls, started = 0, time.perf_counter()
        while (passed := time.perf_counter() - started) < TURN_S:
            compute()
            calls += 1
        return {"calls/s": calls / passed}

    return turn

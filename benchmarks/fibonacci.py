"""Milliseconds for F(n) as decimal text: `fibonacci_text` against gmpy2 and mpmath.

    python benchmarks/fibonacci.py [--worst] [--up-to N] [--json FILE]

Method. For each n the three take turns, A B C A B C. Each turn is a process of its own, so that
none inherits another's memory: one call cold, then warm ones. A row shows the median over all turns
of the cold call, the median and range of the turns' warm medians, and the ratios peer / ours of the
medians: above 1 ours is ahead.

Caveats. Below the crossover ours calls gmpy2 itself: the ratio shows the few microseconds of our
checks, which count up to some 10^5, and the noise of the machine. Above, the ratio depends on where
n lies: libmpdec pads its transforms to 2^k or 3 * 2^(k-1) words and is at its worst right beyond
such a length; `--worst` measures there. mpmath computes with gmpy2's integers, and gmpy2 writes its
text, which Python's `str` does far slower. sympy has no row: `sympy.fibonacci` calls mpmath and
remembers the answer. All use one core.
"""

import argparse
import json
import platform
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from decimal import __libmpdec_version__ as libmpdec_version
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import NamedTuple

import gmpy2
import mpmath
from mpmath.libmp import ifib

from fiblab.fibonacci import fibonacci_text

#: Each n, and how many turns each side gets: fewer where a turn takes seconds.
POWERS_OF_TEN = {10**4: 7, 10**5: 7, 10**6: 7, 10**7: 7, 10**8: 3}

#: On both sides of the crossover, and right beyond 2^17, 3 * 2^16 and 2^18 words of 19 digits.
WORST = {6_999_999: 7, 7_000_000: 7, 11_920_000: 7, 17_880_000: 7, 23_840_000: 5}

#: The warm calls of a turn end when these seconds have passed, or after this many calls.
TURN_SECONDS, MOST_CALLS = 1.0, 50


class Turn(NamedTuple):
    """Milliseconds of a process's first call, and the median of those after it."""

    cold: float
    warm: float


def gmpy2_text(index: int) -> str:
    """Return F(index) as gmpy2 computes it."""
    text: str = gmpy2.fib(index).digits()
    return text


def mpmath_text(index: int) -> str:
    """Return F(index) as mpmath computes it."""
    text: str = gmpy2.mpz(ifib(index)).digits()
    return text


def milliseconds(compute: Callable[[int], str], index: int) -> float:
    """Return how long one call takes."""
    started = perf_counter()
    compute(index)
    return (perf_counter() - started) * 1000


def take_turn(compute: Callable[[int], str], index: int) -> Turn:
    """Measure in this process, which has computed nothing yet."""
    cold = milliseconds(compute, index)
    warm = [milliseconds(compute, index)]
    while sum(warm) < TURN_SECONDS * 1000 and len(warm) < MOST_CALLS:
        warm.append(milliseconds(compute, index))
    return Turn(cold, median(warm))


def in_a_fresh_process(compute: Callable[[int], str], index: int) -> Turn:
    """Take a turn in a new process, and wait for it."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as fresh:
        return fresh.submit(take_turn, compute, index).result()


def summary(turns: list[Turn]) -> dict[str, float]:
    """Return the figures of one side's row."""
    warm = [turn.warm for turn in turns]
    cold = median(turn.cold for turn in turns)
    return {"cold": cold, "warm": median(warm), "least": min(warm), "most": max(warm)}


def compare(index: int, rounds: int) -> dict[str, object]:
    """Let all sides take turns, print their rows and the ratios, and return the figures."""
    sides = {"fiblab": fibonacci_text, "gmpy2": gmpy2_text, "mpmath": mpmath_text}
    turns: dict[str, list[Turn]] = {name: [] for name in sides}
    for _ in range(rounds):
        for name, compute in sides.items():
            turns[name].append(in_a_fresh_process(compute, index))
    rows = {name: summary(taken) for name, taken in turns.items()}
    for name, row in rows.items():
        spread = f"{row['least']:,.3f} - {row['most']:,.3f}"
        print(f"{index:>12,}  {name:<8}{row['cold']:>12,.3f}{row['warm']:>12,.3f}   {spread}")
    ours, ratios = rows["fiblab"], {}
    for peer in ("gmpy2", "mpmath"):
        ratios[peer] = {kind: rows[peer][kind] / ours[kind] for kind in ("cold", "warm")}
        shown = f"{ratios[peer]['cold']:>9.2f}x{ratios[peer]['warm']:>11.2f}x"
        print(f"{'':>14}{f'{peer} / ours':<15}{shown:>17}")
    return {"index": index, "rounds": rounds, "milliseconds": rows, "ratio": ratios}


def machine() -> dict[str, str]:
    """Return what the figures depend on."""
    return {
        "python": platform.python_version(),
        "platform": platform.platform(),
        "gmpy2": gmpy2.version(),
        "gmp": gmpy2.mp_version(),
        "libmpdec": libmpdec_version,
        "mpmath": mpmath.__version__,
    }


def main() -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--worst", action="store_true", help="where ours is at its worst")
    parser.add_argument("--up-to", type=int, default=10**8, metavar="N", help="largest n measured")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there as well")
    options = parser.parse_args()
    print(*(f"{name} {value}" for name, value in machine().items()), sep=", ")
    print(f"{'n':>12}  {'':<8}{'cold ms':>12}{'warm ms':>12}   range of warm")
    indices = WORST if options.worst else POWERS_OF_TEN
    results = [compare(n, rounds) for n, rounds in indices.items() if n <= options.up_to]
    if options.json:
        report = {"machine": machine(), "results": results}
        options.json.write_text(json.dumps(report, indent=2) + "\n")


if __name__ == "__main__":
    main()

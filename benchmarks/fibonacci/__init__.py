"""F(n) as decimal text, beside five libraries; and asked of a running system.

Method. For each n all sides take turns, A B C A B C, on one core. Each turn is a process of its
own, in an environment of its own, so that none inherits another's memory: one call cold, then warm
ones for a second; a turn's figure is the median of its warm calls. All must compute the same text.
gmpy2 runs twice under two names: what these differ by is the noise, and as much is "as fast as".
"""

import platform
from decimal import __libmpdec_version__

from benchmarks.fibonacci import asked, text
from benchmarks.fibonacci.sides import CONTROL, OURS, WITH_KERNEL, all_sides
from benchmarks.measuring.options import Options
from benchmarks.measuring.peers import python_version
from benchmarks.measuring.report import Report
from fiblab import __version__

#: Systems that are asked, one after the other.
ROUNDS = 7

NOTES = f"""\
One core for every side, one thread each.
`decimal` is the same libmpdec as ours without the kernel, used as a reader would use it.
sympy computes with gmpy2's integers and is given gmpy2's text; its memory of answers is passed by.
python-flint and cypari are as their wheels have them: without FLINT's AVX2 transforms, for example.
Where no kernel is in use, ours calls gmpy2 itself below the crossover at 7,000,000.
`{CONTROL}` is gmpy2 a second time in every round: its distance from gmpy2 is the noise.
What is asked of a system includes HTTP, queue, ledger and the check of each value; server and \
worker share a core. "just started": each figure is of the first such request of their lives.
""".splitlines()


def run(options: Options) -> Report:
    """Measure the texts and the answers."""
    sides = all_sides()
    if options.quick:
        measurements = [*text.at(10**4, sides, 1, seconds=0.1)]
        curves = []
    else:
        measurements, curve = text.measure(sides, options.rounds)
        curves = [curve]
    measurements += asked.measure(1 if options.quick else options.rounds or ROUNDS)
    missing = [] if WITH_KERNEL in sides else ["The compiled kernel could not be built here."]
    return Report.of(
        "fibonacci",
        rounds=options.rounds or ROUNDS,
        versions=_versions(),
        measurements=measurements,
        curves=curves,
        notes=[*NOTES, *missing],
    )


def _versions() -> dict[str, str]:
    peers = ("gmpy2", "python-flint", "sympy", "cypari")
    return {
        OURS: __version__,
        "Python": platform.python_version(),
        "libmpdec": __libmpdec_version__,
        **{name: python_version(name, name) for name in peers},
    }

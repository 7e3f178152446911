"""What grows with the load, and what does not.

Calls are measured one after the other in blocks of ten, alternating between systems that hold 10,
100, … waiting jobs or ledger rows and stand side by side: a block gives its median on the client
and its mean in Redis (INFO commandstats), a turn the median of its blocks. Memory is what Redis
says of itself. Throughput is of real worker and server processes. Takes some ten minutes, 2 GB of
memory and 4 GB of disk, which it gives back; each part's module says how it measures.
"""

from itertools import chain

from benchmarks.growth import ledger, memory, servers, waiting, workers
from benchmarks.growth.sizes import ends
from benchmarks.growth.versions import versions
from benchmarks.measuring.options import Options
from benchmarks.measuring.report import Report

#: Turns of each size, where the command line says nothing.
ROUNDS = 5

NOTES = (
    "Redis and PostgreSQL write nothing to disk here, so that growth does not hide behind a flush.",
    "On the client a call's cost is mostly the round trip; the bar of flatness is on Redis's own.",
    "With two cores, a second process shares its core with the stores and the load.",
)


def run(options: Options) -> Report:
    """Measure all parts, one after the other."""
    rounds = options.rounds or ROUNDS
    parts = (waiting, ledger, memory, workers, servers)
    curves = list(chain.from_iterable(part.measure(options, rounds) for part in parts))
    in_redis = [whole for whole in curves if whole.what == waiting.IN_REDIS]
    return Report.of(
        "growth",
        rounds=rounds,
        curves=curves,
        measurements=list(chain.from_iterable(map(ends, in_redis))),
        versions=versions(),
        notes=NOTES,
    )

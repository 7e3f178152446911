"""Jobs through fiblab's queue and ten others: submitted, drained, and waited for one by one.

Method. All sides take turns on one Redis (without persistence, core 1); the worker has core 0. The
job is trivial and leaves a mark, the same for all (`peers/queues/marks.py`), from which every time
is taken: a drain lasts from the first job's mark to the last one's, a wait from the call that
submits until the job's mark. Processor time is that of the worker's whole family of processes, and
what Redis says of itself, between the same two marks. Each submitter is a process in its peer's own
environment; single jobs, fifty callers at once (tasks, or threads where the client is synchronous),
and thousand jobs a call where a client can.
"""

import platform
from collections.abc import Mapping

from benchmarks.measuring.cores import LOAD_CORE, on_core
from benchmarks.measuring.options import Options
from benchmarks.measuring.peers import node_version, python_version
from benchmarks.measuring.report import Better, Measurement, Report
from benchmarks.measuring.stores import stores
from benchmarks.measuring.turns import Turn, take_turns
from benchmarks.queue.sides import OURS, Side, all_sides, our_sides
from benchmarks.queue.turn import (
    BATCHED,
    DRAIN,
    FIFTY,
    P50,
    P99,
    REDIS_CPU,
    SINGLE,
    WORKER_CPU,
    Bench,
)
from benchmarks.queue.whole import CLAIMED_AGAIN, IDLE_CPU, WholeWorker
from fiblab import __version__

#: Turns of each side, and of the whole worker idle and dying, which take half a minute each.
ROUNDS, LONG_ROUNDS = 5, 3

#: Share of all jobs and waits in a quick run.
QUICK = 0.02

WHOLE = "fiblab, whole worker"

#: Figure -> its unit, and which is better.
UNITS: dict[str, tuple[str, Better]] = {
    DRAIN: ("jobs/s", "more"),
    WORKER_CPU: ("us/job", "less"),
    REDIS_CPU: ("us/job", "less"),
    SINGLE: ("jobs/s", "more"),
    FIFTY: ("jobs/s", "more"),
    BATCHED: ("jobs/s", "more"),
    P50: ("ms", "less"),
    P99: ("ms", "less"),
    IDLE_CPU: ("% of a core", "less"),
    CLAIMED_AGAIN: ("s", "less"),
}

NOTES = f"""\
`{OURS}`, with 64, 16 and one job a call, is the real worker's loop with leases, nonces, attempts, \
heartbeats and events on, and work that does nothing; `{WHOLE}` is `fiblab worker` as it runs in \
production: it computes, verifies, stores and logs F(1,001) to F(11,000).
No peer holds a bound; Celery, huey and taskiq's list lose the jobs of a worker that is killed.
Slow sides drain fewer jobs: 60 (RQ, which forks for each), 500, 3,000; BullMQ 20,000, bee-queue \
30,000, fiblab 100,000. All are a second of work or more.
A wait ends when the job has run, not when its end was noted: that is the same for all sides.
The time until a killed worker's job runs again was measured for fiblab only; peers' figures, most \
of them minutes or never, are in the design's notes and were not repeated.
""".splitlines()


def run(options: Options) -> Report:
    """Measure all sides; in a quick run ours alone, as installing the peers takes minutes."""
    share = QUICK if options.quick else 1.0
    rounds = options.rounds or (1 if options.quick else ROUNDS)
    with stores() as where, on_core(LOAD_CORE):
        whole = WholeWorker(where, share=share)
        bench = Bench(where.redis_url, share=share)
        sides = our_sides() if options.quick else all_sides()
        turns = {name: _turn(bench, side) for name, side in sides.items()}
        figures = take_turns({**turns, WHOLE: whole.drain}, rounds)
        if not options.quick:
            for turn in (whole.idle, whole.death):
                figures |= take_turns({OURS: turn}, min(rounds, LONG_ROUNDS))
    return Report.of(
        "queue",
        rounds=rounds,
        versions=_versions(peers=not options.quick),
        measurements=_measurements(figures),
        notes=NOTES,
    )


def _turn(bench: Bench, side: Side) -> Turn:
    return lambda: bench.turn(side)


def _measurements(figures: Mapping[str, Mapping[str, list[float]]]) -> list[Measurement]:
    return [
        Measurement(what, unit, better, dict(figures[what]))
        for what, (unit, better) in UNITS.items()
        if what in figures
    ]


def _versions(*, peers: bool) -> dict[str, str]:
    ours = {OURS: __version__, "Python": platform.python_version()}
    if not peers:
        return ours
    packages = ("celery", "rq", "arq", "dramatiq", "huey", "taskiq", "saq", "streaq")
    return {
        **ours,
        **{name: python_version(name, name) for name in packages},
        **{name: node_version(name) for name in ("bullmq", "bee-queue", "node")},
    }

"""The bars: what fiblab wants to reach, each against a peer of the same run or a fixed limit."""

from statistics import median
from typing import NamedTuple

from benchmarks.measuring.report import Measurement, Report


class Verdict(NamedTuple):
    """How a bar was met."""

    value: float
    """The ratio to the peer, above 1 when ours is better; or the figure itself."""
    low: float
    high: float
    """Least and greatest of the rounds, each round's figure beside the same round's of the peer."""
    met: bool
    missed_by: float
    """Share of the bar that is lacking, 0 where it is met."""
    against: str
    """The peer that was the best of those named; empty for a limit."""


class Bar(NamedTuple):
    """One line of the table of bars; a `peer` makes it a ratio, no peer a limit."""

    benchmark: str
    what: str
    """The measurement, as its report names it."""
    ours: str
    """Our side of it."""
    limit: float
    """The ratio wanted at least; or without peers the figure wanted, at best or at worst."""
    peers: tuple[str, ...] = ()
    """Whom to beat: the best of these in the run."""
    control: str = ""
    """The peer a second time in each round: what these two differ by is noise, and is allowed."""

    def judge(self, report: Report) -> Verdict:
        """Hold a report against the bar. Raises KeyError if the report does not have it."""
        measurement = report.measurement(self.what)
        return self._ratio(measurement) if self.peers else self._figure(measurement)

    def _ratio(self, measurement: Measurement) -> Verdict:
        best = max if measurement.better == "more" else min
        peer = best(self.peers, key=measurement.middle)
        ours, theirs = measurement.sides[self.ours], measurement.sides[peer]
        pairs = zip(ours, theirs, strict=True)
        ratios = [a / b if measurement.better == "more" else b / a for a, b in pairs]
        middles = measurement.middle(self.ours), measurement.middle(peer)
        value = middles[0] / middles[1] if best is max else middles[1] / middles[0]
        limit = self.limit * (1 - self._noise(measurement, peer))
        missed = max(0.0, 1 - value / limit)
        return Verdict(value, min(ratios), max(ratios), value >= limit, missed, peer)

    def _noise(self, measurement: Measurement, peer: str) -> float:
        if not self.control:
            return 0.0
        return abs(1 - measurement.middle(self.control) / measurement.middle(peer))

    def _figure(self, measurement: Measurement) -> Verdict:
        values = measurement.sides[self.ours]
        value = median(values)
        share = value / self.limit
        missed = 1 - share if measurement.better == "more" else share - 1
        return Verdict(value, min(values), max(values), missed <= 0, max(0.0, missed), "")


OURS = "fiblab"
FASTIFY = ("Fastify 5 + ioredis, group commit",)
FEW_JOBS, MANY_JOBS = ("10 waiting jobs",), "1,000,000 waiting jobs"
#: A cost that grows by a tenth, as the ratio of the small one to the large.
FLAT = 1 / 1.1
EXPRESS = ("Express 4 + ioredis + pg",)
BEE_QUEUE = ("bee-queue, concurrency 50",)
PYTHON_QUEUES = (
    *("Celery, prefork", "Celery, solo", "RQ, fork", "RQ, simple", "arq, default", "arq, tuned"),
    *("dramatiq", "huey", "taskiq, list", "taskiq, stream", "saq", "streaq"),
)

GMPY2 = ("gmpy2",)

BARS = (
    Bar("http", "GET, 32 connections", OURS, 1.2, FASTIFY),
    Bar("http", "GET, 128 connections", OURS, 1.2, FASTIFY),
    Bar("http", "GET, 32 connections", OURS, 4.0, EXPRESS),
    Bar("http", "GET, 128 connections", OURS, 4.0, EXPRESS),
    Bar("http", "POST, 32 connections", OURS, 1.1, FASTIFY),
    Bar("http", "POST, 128 connections", OURS, 1.1, FASTIFY),
    Bar("http", "POST, 32 connections", OURS, 4.5, EXPRESS),
    Bar("http", "POST, 128 connections", OURS, 4.5, EXPRESS),
    Bar("http", "GET, 32 connections, p99", OURS, 3.0),
    Bar("http", "POST, 32 connections, p99", OURS, 6.0),
    Bar("http", "GET, idle, p50", OURS, 0.35),
    Bar("http", "POST, idle, p50", OURS, 0.5),
    Bar("http", "GET, two processes", OURS, 1.8, ("fiblab, one process",)),
    Bar("queue", "drain", OURS, 3.0, BEE_QUEUE),
    Bar("queue", "drain", OURS, 20.0, PYTHON_QUEUES),
    Bar("queue", "CPU of the worker", OURS, 15.0),
    Bar("queue", "CPU of Redis", OURS, 12.0),
    Bar("queue", "drain", "fiblab, one job a call", 4_000.0),
    Bar("queue", "enqueue, one at a time", OURS, 6_000.0),
    Bar("queue", "enqueue, 50 at once", OURS, 17_000.0),
    Bar("queue", "enqueue, batched", OURS, 200_000.0),
    Bar("queue", "idle submit to result, p50", OURS, 0.9),
    Bar("queue", "idle submit to result, p99", OURS, 2.0),
    Bar("queue", "CPU of an idle worker", OURS, 0.5),
    Bar("queue", "claimed again after a kill", OURS, 12.0),
    *(
        Bar("fibonacci", f"F({index:,}) as text", OURS, 1.0, GMPY2, "gmpy2, again")
        for index in (10**4, 10**5, 10**6, 6_999_999)
    ),
    *(
        Bar("fibonacci", f"F({index:,}) as text", side, 1.0, GMPY2)
        for index in (7_000_000, 10**7, 11_920_000, 17_880_000, 23_840_000, 10**8)
        for side in (OURS, "fiblab with the kernel")
    ),
    Bar("fibonacci", "0..40 from an empty Redis to all visible", OURS, 20.0),
    *(
        Bar("fibonacci", f"first result of F({index:,})", OURS, 50.0)
        for index in (10**3, 10**4, 10**5, 10**6)
    ),
    Bar("fibonacci", "start of digits of F(10,000,000)", OURS, 2_000.0),
    Bar("growth", "enqueue (queue, in Redis)", MANY_JOBS, FLAT, FEW_JOBS),
    Bar("growth", "claim (queue, in Redis)", MANY_JOBS, FLAT, FEW_JOBS),
    Bar("growth", "complete (queue, in Redis)", MANY_JOBS, FLAT, FEW_JOBS),
    Bar("start", "cold start", OURS, 30.0),
    Bar("start", "warm start", OURS, 1.5),
    Bar("start", "memory of the server", OURS, 80.0),
    Bar("start", "memory of a worker", OURS, 60.0),
    Bar("page", "script of the first page", OURS, 120.0),
    Bar("page", "time to interactive", OURS, 1.0),
    Bar("page", "frames dropped at 1,000 events/s", OURS, 5.0),
)

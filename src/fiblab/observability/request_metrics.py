"""The metrics of answers, counted by hand.

A counter and a histogram of prometheus_client take three locks and a walk over the buckets for each
answer. There is one thread here that counts and renders, so that plain numbers do.
"""

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import accumulate

from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector, CollectorRegistry
from prometheus_client.utils import floatToGoString

#: Seconds. Fine around the targets (cache hit < 100 ms, idle p50 <= 0.35 ms), up to the longest
#: held answer (`Prefer: wait`, 20 s).
HTTP_BUCKETS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20)

_LIMITS = [*map(floatToGoString, HTTP_BUCKETS), "+Inf"]

#: What a method label may say; a client may send any word as its method.
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


@dataclass(slots=True)
class _Times:
    """How long the answers of one method and route took."""

    total_s: float = 0.0
    by_bucket: list[int] = field(default_factory=lambda: [0] * len(_LIMITS))


class RequestMetrics(Collector):
    """Counts answers, for one thread, and shows them to a registry."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._answers: dict[tuple[str, str, int], int] = {}
        self._times: dict[tuple[str, str], _Times] = {}
        registry.register(self)

    def observe(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one answer; `route` is the template (`/fibonacci/{index}`), never the path."""
        known = method if method in _METHODS else "other"
        answer = (known, route, status)
        self._answers[answer] = self._answers.get(answer, 0) + 1
        times = self._times.get((known, route))
        if times is None:
            times = self._times[known, route] = _Times()
        times.total_s += seconds
        times.by_bucket[bisect_left(HTTP_BUCKETS, seconds)] += 1

    def collect(self) -> Iterable[Metric]:
        """Show both metrics."""
        answers = CounterMetricFamily(
            "fiblab_http_requests",
            "HTTP requests answered.",
            labels=("method", "route", "status"),
        )
        for (method, route, status), count in self._answers.items():
            answers.add_metric((method, route, str(status)), count)
        yield answers
        times = HistogramMetricFamily(
            "fiblab_http_request_seconds",
            "Time from the request's head to its answer's end; of a stream, to its beginning.",
            labels=("method", "route"),
        )
        for labels, each in self._times.items():
            buckets = zip(_LIMITS, map(float, accumulate(each.by_bucket)), strict=True)
            times.add_metric(labels, buckets=list(buckets), sum_value=each.total_s)
        yield times

"""Prometheus metrics of the server and of the worker: what is counted, under which name.

A registry is made by who starts the process and passed in; importing this module makes nothing.
Label values are bounded on purpose: route templates and never paths, known methods and never
what a client wrote there. An index, a request id or a job id is never a label.

Counters go up for ever; rates and percentiles are the reader's business (PromQL `rate`,
`histogram_quantile`).
"""

from collections.abc import Mapping
from typing import Generic, TypeVar

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.metrics import MetricWrapperBase

from fiblab.observability.request_metrics import RequestMetrics

#: The Content-Type of what `render` gives.
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

#: Seconds: from F(40) to F(1,000,000,000).
COMPUTE_BUCKETS = (0.0001, 0.001, 0.01, 0.05, 0.1, 0.5, 1, 2, 5, 10, 30, 60, 300)

#: Seconds of one commit: a local disk's fsync to a stalled one's time-out.
COMMIT_BUCKETS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5)

#: Ledger entries in one commit, up to the batch limit.
BATCH_BUCKETS = (1, 2, 5, 10, 20, 50, 100, 200, 500)

#: The value of the breaker gauge for each state.
BREAKER_STATES: Mapping[str, int] = {"closed": 0, "half-open": 1, "open": 2}

Metric = TypeVar("Metric", bound=MetricWrapperBase)


class Labelled(dict[tuple[str, ...] | str, Metric], Generic[Metric]):
    """The children of a metric by label values: `reads["redis"].inc()`, `jobs["light", "done"]`.

    A dict look-up on the hot path in place of prometheus_client's lock and conversions. Raises
    ValueError for a wrong number of values.
    """

    def __init__(self, metric: Metric) -> None:
        super().__init__()
        self._metric: Metric = metric

    def __missing__(self, values: tuple[str, ...] | str) -> Metric:
        child = self._metric.labels(*((values,) if isinstance(values, str) else values))
        self[values] = child
        return child


class ServerMetrics:
    """What the HTTP server counts."""

    def __init__(self, registry: CollectorRegistry) -> None:
        def counter(name: str, what: str, *labels: str) -> Labelled[Counter]:
            return Labelled(Counter(f"fiblab_{name}", what, labels, registry=registry))

        self.requests = RequestMetrics(registry)
        self.in_flight = Gauge(
            "fiblab_http_requests_in_flight", "HTTP requests being answered.", registry=registry
        )
        self.event_listeners = Gauge(
            "fiblab_event_listeners", "Clients that follow the stream of events.", registry=registry
        )
        self.value_reads = counter(
            "value_reads", "Reads of a value by the tier that had it, or miss.", "tier"
        )
        self.corrupt_values = counter(
            "corrupt_values", "Stored values that failed their check and were dropped.", "tier"
        )
        self.rate_limited = Counter(
            "fiblab_rate_limited", "Requests answered 429.", registry=registry
        )
        self.retries = counter("retries", "Calls given again, by dependency.", "dependency")
        self._breakers = Labelled(
            Gauge(
                "fiblab_breaker_state",
                "Circuit breaker: 0 closed, 1 half-open, 2 open.",
                ("dependency",),
                registry=registry,
            )
        )
        self.ledger = LedgerMetrics(registry)
        self.queue = QueueMetrics(registry)

    def set_breaker(self, dependency: str, state: str) -> None:
        """Show a breaker's state, one of `BREAKER_STATES`; raises KeyError for any other."""
        self._breakers[dependency].set(BREAKER_STATES[state])


class LedgerMetrics:
    """What the group commit of the ledger does."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.batch_entries = Histogram(
            "fiblab_ledger_batch_entries",
            "Requests that shared one commit.",
            buckets=BATCH_BUCKETS,
            registry=registry,
        )
        self.commit_seconds = Histogram(
            "fiblab_ledger_commit_seconds",
            "Time of one commit of the ledger.",
            buckets=COMMIT_BUCKETS,
            registry=registry,
        )


class QueueMetrics:
    """How full the queue is: set just before the registry is rendered, since it lives in Redis."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.jobs = Labelled(
            Gauge(
                "fiblab_queue_jobs",
                "Jobs by state; ready ones by lane.",
                ("state", "lane"),
                registry=registry,
            )
        )
        self.oldest_seconds = Gauge(
            "fiblab_queue_oldest_seconds", "Age of the oldest waiting job.", registry=registry
        )
        self.bound = Gauge(
            "fiblab_queue_bound", "Jobs that the queue takes at most.", registry=registry
        )
        self.paused = Gauge("fiblab_queue_paused", "1 while claiming is paused.", registry=registry)

    def show(  # noqa: PLR0913 - one keyword for each gauge
        self,
        *,
        ready: Mapping[str, int],
        leased: int,
        delayed: int,
        dead: int,
        oldest_seconds: float,
        bound: int,
        paused: bool,
    ) -> None:
        """Set all gauges of the queue; `ready` is by lane."""
        for lane, count in ready.items():
            self.jobs["ready", lane].set(count)
        for state, count in (("leased", leased), ("delayed", delayed), ("dead", dead)):
            self.jobs[state, ""].set(count)
        self.oldest_seconds.set(oldest_seconds)
        self.bound.set(bound)
        self.paused.set(paused)


class WorkerMetrics:
    """What a worker counts."""

    def __init__(self, registry: CollectorRegistry) -> None:
        def counter(name: str, what: str, *labels: str) -> Labelled[Counter]:
            return Labelled(Counter(f"fiblab_{name}", what, labels, registry=registry))

        self.jobs = counter(
            "jobs", "Jobs ended: done, retrying, dead, stale, released.", "lane", "outcome"
        )
        self.attempts = counter("job_attempts", "Jobs claimed, each time anew.", "lane")
        self.leases_lost = counter("leases_lost", "Jobs abandoned: their lease was lost.", "lane")
        self.compute_seconds = Labelled(
            Histogram(
                "fiblab_compute_seconds",
                "Time of one computation.",
                ("lane",),
                buckets=COMPUTE_BUCKETS,
                registry=registry,
            )
        )
        self.corrupt_values = counter(
            "corrupt_values", "Stored values that failed their check and were dropped.", "tier"
        )
        self.retries = counter("retries", "Calls given again, by dependency.", "dependency")
        self.sweeps = counter("sweeper_actions", "What the sweeper mended, by action.", "action")


def new_registry() -> CollectorRegistry:
    """Make a registry with the process's own figures (memory, CPU, descriptors, collections)."""
    # A `_created` series beside each counter would double the page.
    disable_created_metrics()  # type: ignore[no-untyped-call] # a plain switch
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)
    GCCollector(registry=registry)
    return registry


def render(registry: CollectorRegistry) -> bytes:
    """Write the registry in Prometheus's text format, served as `CONTENT_TYPE`."""
    return generate_latest(registry)

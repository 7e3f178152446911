"""Metrics: what is counted appears under its name, and no caller can make labels without end."""

import pytest
from prometheus_client import CollectorRegistry

from fiblab.observability.metrics import (
    BREAKER_STATES,
    CONTENT_TYPE,
    ServerMetrics,
    WorkerMetrics,
    new_registry,
    render,
)


@pytest.fixture
def registry() -> CollectorRegistry:
    """Make a registry without the process's own figures."""
    return CollectorRegistry()


def test_a_request_is_counted_by_method_route_and_status(registry: CollectorRegistry) -> None:
    """And its time by method and route."""
    metrics = ServerMetrics(registry)

    metrics.requests.observe("GET", "/fibonacci/{index}", 200, 0.02)
    metrics.requests.observe("GET", "/fibonacci/{index}", 200, 0.03)
    metrics.requests.observe("GET", "/fibonacci/{index}", 404, 0.03)

    labels = {"method": "GET", "route": "/fibonacci/{index}"}
    requests = "fiblab_http_requests_total"
    assert registry.get_sample_value(requests, {**labels, "status": "200"}) == 2
    assert registry.get_sample_value(requests, {**labels, "status": "404"}) == 1
    assert registry.get_sample_value("fiblab_http_request_seconds_count", labels) == 3
    bucket = {**labels, "le": "0.025"}
    assert registry.get_sample_value("fiblab_http_request_seconds_bucket", bucket) == 1


def test_methods_that_callers_invent_share_one_label(registry: CollectorRegistry) -> None:
    """Else each word sent would be a series of its own for ever."""
    metrics = ServerMetrics(registry)

    for n in range(50):
        metrics.requests.observe(f"BREW{n}", "unknown", 405, 0.001)

    labels = {"method": "other", "route": "unknown", "status": "405"}
    assert registry.get_sample_value("fiblab_http_requests_total", labels) == 50
    assert b"BREW" not in render(registry)


def test_breakers_show_their_state(registry: CollectorRegistry) -> None:
    """As a number each; a state that is none is refused."""
    metrics = ServerMetrics(registry)

    for state, number in BREAKER_STATES.items():
        metrics.set_breaker("redis", state)
        shown = registry.get_sample_value("fiblab_breaker_state", {"dependency": "redis"})
        assert shown == number
    with pytest.raises(KeyError):
        metrics.set_breaker("redis", "ajar")


def test_the_queue_shows_each_state_and_ready_jobs_by_lane(registry: CollectorRegistry) -> None:
    """Set from what the queue says of itself."""
    ServerMetrics(registry).queue.show(
        ready={"light": 5, "heavy": 2},
        leased=3,
        delayed=1,
        dead=4,
        oldest_seconds=1.5,
        bound=100,
        paused=True,
    )

    def jobs(state: str, lane: str = "") -> float | None:
        return registry.get_sample_value("fiblab_queue_jobs", {"state": state, "lane": lane})

    assert [jobs("ready", "light"), jobs("ready", "heavy")] == [5, 2]
    assert [jobs("leased"), jobs("delayed"), jobs("dead")] == [3, 1, 4]
    assert registry.get_sample_value("fiblab_queue_oldest_seconds") == 1.5
    assert registry.get_sample_value("fiblab_queue_bound") == 100
    assert registry.get_sample_value("fiblab_queue_paused") == 1


def test_a_worker_counts_jobs_by_lane_and_outcome(registry: CollectorRegistry) -> None:
    """Label values in the order of the labels."""
    metrics = WorkerMetrics(registry)

    metrics.jobs["light", "done"].inc(3)
    metrics.compute_seconds["heavy"].observe(0.2)

    labels = {"lane": "light", "outcome": "done"}
    assert registry.get_sample_value("fiblab_jobs_total", labels) == 3
    assert registry.get_sample_value("fiblab_compute_seconds_sum", {"lane": "heavy"}) == 0.2


def test_a_wrong_number_of_labels_is_refused(registry: CollectorRegistry) -> None:
    """It is a mistake in the code, seen at the first use."""
    with pytest.raises(ValueError, match="label"):
        WorkerMetrics(registry).jobs["light"].inc()


def test_a_registry_has_the_process_s_own_figures_and_no_time_of_making() -> None:
    """In the format that its content type names."""
    registry = new_registry()
    ServerMetrics(registry)

    page = render(registry).decode()

    assert "process_resident_memory_bytes" in page
    assert "python_gc_collections_total" in page
    assert "_created" not in page
    assert CONTENT_TYPE.startswith("text/plain; version=0.0.4")


def test_two_processes_parts_may_share_a_process(registry: CollectorRegistry) -> None:
    """Server and worker have registries of their own, and nothing is global."""
    ServerMetrics(registry)
    WorkerMetrics(CollectorRegistry())
    ServerMetrics(CollectorRegistry())

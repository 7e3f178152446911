"""What orchestrators, balancers and Prometheus see."""

from prometheus_client.parser import text_string_to_metric_families

from .conftest import RunningServer


async def metrics(server: RunningServer) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    """Read the metrics by name and labels."""
    text = (await server.client.get("/metrics")).text
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def test_alive(server: RunningServer) -> None:
    """The process answers, whatever its stores do."""
    answer = await server.client.get("/livez")
    assert (answer.status_code, answer.json()) == (200, {"status": "alive"})
    assert answer.headers["cache-control"] == "no-store"


async def test_ready(server: RunningServer) -> None:
    """With both stores usable it should be sent requests."""
    answer = await server.client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {
        "ready": True,
        "draining": False,
        "checks": {
            "redis": {"usable": True, "breaker": "closed"},
            "postgres": {"usable": True, "breaker": "closed"},
        },
    }


async def test_not_ready_while_draining(server: RunningServer) -> None:
    """A server that was told to stop answers, and should be sent no more."""
    server.drain.begin()
    answer = await server.client.get("/readyz")
    assert answer.status_code == 503
    assert (answer.json()["ready"], answer.json()["draining"]) == (False, True)
    assert answer.headers["retry-after"] == "1"


async def test_requests_are_counted_by_route(server: RunningServer) -> None:
    """Labels are templates, never addresses: what clients write there must not become a label."""
    await server.client.post("/api/v1/fibonacci/40")
    await server.client.get("/api/v1/fibonacci/xyz")
    await server.client.get("/api/v1/secret-of-mine")
    await server.client.request("PROPFIND", "/api/v1/fibonacci/40")
    counted = {
        labels: value
        for (name, labels), value in (await metrics(server)).items()
        if name == "fiblab_http_requests_total"
    }
    route = ("route", "/api/v1/fibonacci/{index}")
    assert counted[(("method", "POST"), route, ("status", "202"))] == 1
    assert counted[(("method", "GET"), route, ("status", "422"))] == 1
    assert counted[(("method", "other"), ("route", "unmatched"), ("status", "405"))] == 1
    routes = {dict(labels)["route"] for labels in counted}
    assert routes == {"/api/v1/fibonacci/{index}", "unmatched"}


async def test_queue_and_reads(server: RunningServer) -> None:
    """The queue's depth and where values were found are shown."""
    await server.client.post("/api/v1/fibonacci/40")
    await server.store(41)
    for _ in range(2):
        await server.client.get("/api/v1/fibonacci/41")
    shown = await metrics(server)
    assert shown["fiblab_queue_jobs", (("lane", "light"), ("state", "ready"))] == 1
    assert shown["fiblab_value_reads_total", (("tier", "miss"),)] == 1
    assert shown["fiblab_value_reads_total", (("tier", "redis"),)] == 1
    assert shown["fiblab_value_reads_total", (("tier", "process"),)] == 1
    assert shown["fiblab_http_requests_in_flight", ()] == 1  # this very one


async def test_breakers_and_limits(server: RunningServer) -> None:
    """Closed breakers and requests answered 429 are shown."""
    await server.spend_limit()
    await server.client.post("/api/v1/fibonacci/40")
    shown = await metrics(server)
    assert shown["fiblab_rate_limited_total", ()] == 1
    for store in ("redis", "postgres"):
        assert shown["fiblab_breaker_state", (("dependency", store),)] == 0


async def test_metrics_name_everything(server: RunningServer) -> None:
    """The names that dashboards build on are there from the start."""
    names = {name for name, _ in await metrics(server)}
    assert {
        "fiblab_ledger_batch_entries_count",
        "fiblab_ledger_commit_seconds_count",
        "fiblab_queue_bound",
        "fiblab_queue_oldest_seconds",
        "fiblab_queue_paused",
        "process_resident_memory_bytes",
    } <= names

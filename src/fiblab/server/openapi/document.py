"""The document, put together."""

from dataclasses import dataclass

from fiblab.server.openapi import components, health, jobs, operating, operations, workers
from fiblab.server.openapi.elements import Element
from fiblab.server.openapi.links import add_links

_DESCRIPTION = """Ask for Fibonacci numbers that take real time to compute.

POST asks and is counted exactly once for an `Idempotency-Key`; GET looks up. Both answer at once:
`200` where the number is known, `202` where it is being calculated. Every refusal is an RFC 9457
problem that says whether anything was counted."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The settings that show in the document; the defaults are those of `ServerSettings`."""

    max_index: int = 100_000_000
    range_limit: int = 1_001
    wait_limit_s: int = 20


def build_document(limits: Limits) -> Element:
    """Write the API as OpenAPI 3.1."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "fiblab",
            "version": "1",
            "summary": "The Fibonacci Learning Lab's HTTP API.",
            "description": _DESCRIPTION,
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": "/"}],
        "tags": [
            {"name": "Fibonacci", "description": "Ask for numbers, and look them up."},
            {"name": "Operating", "description": "Look into the queue, and steer it."},
            {"name": "Health", "description": "For orchestrators and load balancers."},
        ],
        "paths": _paths(limits),
        "components": {
            "schemas": components.schemas(limits.max_index),
            "headers": components.headers(),
            "parameters": components.parameters(limits.max_index, limits.wait_limit_s),
            "securitySchemes": components.security_schemes(),
        },
    }


def _paths(limits: Limits) -> Element:
    paths: Element = {
        "/api/v1/fibonacci": operations.look_up_range(limits.max_index, limits.range_limit),
        "/api/v1/fibonacci/ranges": operations.request_range(limits.range_limit),
        "/api/v1/fibonacci/most-requested": operations.most_requested(),
        "/api/v1/fibonacci/{index}": operations.fibonacci(),
        "/api/v1/fibonacci/{index}/digits": operations.digits(),
        "/api/v1/queue": operating.queue(),
        "/api/v1/queue/pause": operating.pause(),
        "/api/v1/queue/resume": operating.resume(),
        "/api/v1/dead-letters": operating.dead_letters(),
        "/api/v1/dead-letters/requeue": operating.requeue_many(),
        "/api/v1/dead-letters/discard": operating.discard_many(),
        "/api/v1/dead-letters/{index}": operating.discard(),
        "/api/v1/dead-letters/{index}/requeue": operating.requeue(),
        "/api/v1/workers": workers.workers(),
        "/api/v1/jobs": jobs.jobs(),
        "/api/v1/jobs/{index}": jobs.job(),
        "/api/v1/events": jobs.events(),
        "/livez": health.liveness(),
        "/readyz": health.readiness(),
        "/metrics": health.metrics(),
    }
    add_links(paths)
    return paths

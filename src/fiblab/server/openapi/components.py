"""What operations share: schemas, headers, parameters."""

from typing import Any

import msgspec

from fiblab.server import wire, wire_jobs, wire_workers
from fiblab.server.openapi.elements import Element, schema

#: The wire types that operations name; those within them come along.
WIRE_TYPES = (
    wire.FibonacciDone,
    wire.FibonacciDoneLarge,
    wire.FibonacciCalculating,
    wire.FibonacciFailed,
    wire.FibonacciAbsent,
    wire.MostRequested,
    wire.RangeRequest,
    wire.QueueDepth,
    wire.Pause,
    wire.DeadLetterPage,
    wire.DeadLetterIndices,
    wire.DeadLetterOutcome,
    wire.DeadLetterOutcomes,
    wire_workers.Workers,
    wire_jobs.JobItems,
    wire_jobs.JobLife,
    wire_jobs.Transitions,
    wire_jobs.EventGap,
    wire.Problem,
    wire.Readiness,
    wire.Liveness,
)

#: In the order in which a client tells them apart: by `status`, then by the field `value`.
RANGE_ITEM = (
    "FibonacciDone",
    "FibonacciDoneLarge",
    "FibonacciCalculating",
    "FibonacciFailed",
    "FibonacciAbsent",
)


def schemas(max_index: int) -> Element:
    """Write every schema, with the served range as the bound of an index."""
    _, found = msgspec.json.schema_components(
        WIRE_TYPES, ref_template="#/components/schemas/{name}"
    )
    for described in found.values():
        for name in ("index", "from", "to"):
            if described["properties"].get(name, {}).get("type") == "integer":
                described["properties"][name]["maximum"] = max_index
    indices = found["DeadLetterIndices"]["properties"]["indices"]
    indices["uniqueItems"] = True
    indices["items"]["maximum"] = max_index
    found["RangeItem"] = {"title": "RangeItem", **schema(*RANGE_ITEM)}
    found["RangeItems"] = _range_items()
    return dict(sorted(found.items()))


def _range_items() -> Element:
    """Describe `wire.RangeItems`, whose union msgspec can write but not describe."""
    return {
        "title": "RangeItems",
        "description": wire.RangeItems.__doc__,
        "type": "object",
        "properties": {"items": {"type": "array", "items": schema("RangeItem")}},
        "required": ["items"],
    }


def _header(description: str, kind: str = "string") -> Element:
    return {"description": description, "schema": {"type": kind}}


def headers() -> Element:
    """Describe every header of an answer."""
    return {
        "X-Request-ID": _header("The caller's where it was well-formed, else a new UUIDv7."),
        "traceparent": _header("W3C Trace Context; it goes on to the worker."),
        "ETag": _header("Strong: a Fibonacci number never changes."),
        "Cache-Control": _header("`public, max-age=31536000, immutable` for what is done."),
        "Retry-After": _header("Whole seconds until asking again makes sense.", "integer"),
        "Location": _header("Where the value will be."),
        "Preference-Applied": _header("`wait=N` where `Prefer: wait=N` was honoured."),
        "RateLimit": _header('`"client";r=<requests left>;t=<seconds until all are back>`.'),
        "RateLimit-Policy": _header('`"client";q=<requests at once>;w=<seconds they take>`.'),
        "WWW-Authenticate": _header('`Bearer realm="fiblab operator"` (RFC 6750).'),
        "Allow": _header("The methods that this address takes."),
        "Accept-Ranges": _header("`bytes`."),
        "Content-Range": _header("Which digits these are, of how many."),
        "Content-Encoding": _header("`zstd` or `gzip`, where it was accepted and pays."),
    }


def security_schemes() -> Element:
    """Describe how a caller proves who it is."""
    return {
        "operator": {
            "type": "http",
            "scheme": "bearer",
            "description": "The server's operator_token. Where it has none, calls that take one "
            "answer on loopback alone.",
        }
    }


def parameters(max_index: int, wait_limit_s: int) -> Element:
    """Describe the parameters that several operations take."""
    return {
        "index": {
            "name": "index",
            "in": "path",
            "required": True,
            "description": "ASCII `0|[1-9][0-9]*`; nothing else is accepted.",
            "schema": {"type": "integer", "minimum": 0, "maximum": max_index},
            "example": 40,
        },
        "Idempotency-Key": _optional(
            "Idempotency-Key",
            "Repeating a request with its key counts it once. Visible ASCII.",
            {"type": "string", "minLength": 1, "maxLength": 128, "pattern": "^[!-~]+$"},
        ),
        "Prefer": _optional(
            "Prefer",
            f"`wait=N` (RFC 7240): hold the answer until it is known, at most N <= "
            f"{wait_limit_s} seconds.",
            {"type": "string"},
        ),
        "X-Request-ID": _optional(
            "X-Request-ID", "Names the request in logs and answers.", {"type": "string"}
        ),
        "If-None-Match": _optional(
            "If-None-Match", "An `ETag`: 304 where it still holds.", {"type": "string"}
        ),
        "Range": _optional("Range", "`bytes=first-last`, one range.", {"type": "string"}),
    }


def _optional(name: str, description: str, described: dict[str, Any]) -> Element:
    return {
        "name": name,
        "in": "header",
        "required": False,
        "description": description,
        "schema": described,
    }

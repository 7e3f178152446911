"""The operations on jobs and on what happens to them, as an OpenAPI path item each."""

from typing import get_args

from fiblab.queue import Keys
from fiblab.server import problems
from fiblab.server.openapi.elements import (
    ANY_CALL,
    Element,
    answer,
    query,
    refusals,
    shared_parameters,
)
from fiblab.server.wire_jobs import JOBS_AT_ONCE, LARGEST_CURSOR, State

_REASON = {"category": "worker_died", "detail": "Each worker that claimed this job died."}
_LEASED = {
    "index": 5_000_000,
    "attempts": 1,
    "enqueued_at": "2026-11-24T12:00:00.123000Z",
    "progress": 0.4,
    "lease_left_s": 7.5,
    "state": "leased",
    "lane": "heavy",
}
_DEAD = {
    "index": 42,
    "attempts": 3,
    "enqueued_at": "2026-11-24T12:00:00.123000Z",
    "reason": _REASON,
    "state": "dead",
    "lane": "light",
}
_GONE = {
    "index": 40,
    "attempts": 1,
    "state": "gone",
    "lane": "light",
    "timeline": [
        {
            "entry": "1764000000123-0",
            "at": "2025-11-24T16:00:00.123000Z",
            "at_ms": 1764000000123,
            "kind": "enqueued",
            "detail": "light",
            "waited_ms": 0,
            "source": {"path": "queue/lua/parts/add_jobs.lua", "line": 14},
        },
        {
            "entry": "1764000000124-0",
            "at": "2025-11-24T16:00:00.124000Z",
            "at_ms": 1764000000124,
            "kind": "claimed",
            "detail": "1",
            "worker": "fiblab-4711",
            "waited_ms": 1,
            "source": {"path": "queue/lua/parts/claim_some.lua", "line": 28},
        },
    ],
    "older_left_out": False,
}

_STREAM = """A stream that ends with the server, or with its client. Each event's `data` is JSON:
`event: transitions` holds a `Transitions`, with the entry of the queue's stream as its `id`;
`event: gap` holds an `EventGap`. A comment every ten seconds is a sign of life."""

_EXAMPLE = """retry: 1000
id: 1764000000123-0

id: 1764000000124-0
event: transitions
data: {"at":"2025-11-24T16:00:00.124000Z","at_ms":1764000000124,"kind":"claimed",\
"worker":"fiblab-4711","jobs":[{"index":40,"detail":"1"}]}

"""


def jobs() -> Element:
    """Describe /api/v1/jobs."""
    return {
        "parameters": shared_parameters("X-Request-ID"),
        "get": {
            "operationId": "getJobs",
            "summary": "List what the queue holds, by state and lane",
            "tags": ["Operating"],
            "parameters": [
                _choice("state", "Only jobs in this state.", get_args(State)),
                _choice("lane", "Only jobs of this lane.", Keys().lanes),
                query(
                    "limit",
                    "Most items of this page.",
                    {"minimum": 1, "maximum": JOBS_AT_ONCE, "default": JOBS_AT_ONCE},
                    required=False,
                ),
                query(
                    "cursor",
                    "A page's `next_cursor`: how many jobs to leave out. After some have come or "
                    "gone, begin again without it.",
                    {"minimum": 0, "maximum": LARGEST_CURSOR},
                    required=False,
                ),
            ],
            "responses": {
                "200": answer(
                    "One page of them.",
                    "JobItems",
                    headers=("Content-Encoding",),
                    examples={"two": {"items": [_LEASED, _DEAD], "next_cursor": "2"}},
                ),
                **refusals(problems.INVALID_REQUEST, *ANY_CALL),
            },
        },
    }


def job() -> Element:
    """Describe /api/v1/jobs/{index}."""
    return {
        "parameters": shared_parameters("index", "X-Request-ID"),
        "get": {
            "operationId": "getJob",
            "summary": "Tell how a job stands, and all that happened to it",
            "tags": ["Operating"],
            "responses": {
                "200": answer(
                    "As the queue has it, or as its events remember it.",
                    "JobLife",
                    headers=("Content-Encoding",),
                    examples={"gone": _GONE},
                ),
                **refusals(problems.NO_SUCH_JOB, problems.INVALID_REQUEST, *ANY_CALL),
            },
        },
    }


def events() -> Element:
    """Describe /api/v1/events."""
    stream = {"schema": {"type": "string"}, "example": _EXAMPLE}
    return {
        "parameters": shared_parameters("X-Request-ID"),
        "get": {
            "operationId": "getEvents",
            "summary": "Follow every transition of every job as it happens",
            "tags": ["Operating"],
            "parameters": [
                {
                    **_resume("after", "query"),
                    "description": "Go on after the event with this id; without it: from now on. "
                    "After `0-0` come all that are kept.",
                },
                {
                    **_resume("Last-Event-ID", "header"),
                    "description": "The same, as browsers send it by themselves; it wins.",
                },
            ],
            "responses": {
                "200": {**answer(_STREAM), "content": {"text/event-stream": stream}},
                **refusals(problems.INVALID_REQUEST, *ANY_CALL),
            },
        },
    }


def _choice(name: str, description: str, words: tuple[str, ...]) -> Element:
    return {
        "name": name,
        "in": "query",
        "required": False,
        "description": description,
        "schema": {"type": "string", "enum": list(words)},
    }


def _resume(name: str, place: str) -> Element:
    pattern = "^[0-9]{1,15}-[0-9]{1,19}$"
    schema = {"type": "string", "pattern": pattern}
    return {"name": name, "in": place, "required": False, "schema": schema}

"""Every operation on numbers, as an OpenAPI path item each."""

from fiblab.server import problems
from fiblab.server.openapi.elements import (
    ANY_CALL,
    LIMIT_HEADERS,
    Element,
    answer,
    query,
    refusals,
    schema,
    shared_parameters,
)

_COUNTING = (
    problems.FORBIDDEN,
    problems.RATE_LIMITED,
    problems.QUEUE_FULL,
    problems.OUTCOME_UNKNOWN,
    *ANY_CALL,
)
_DONE_HEADERS = ("ETag", "Cache-Control", "Preference-Applied", "Content-Encoding")

_DONE = {"index": 40, "status": "done", "value": "102334155", "digit_count": 9}
_LARGE = {
    "index": 100_000,
    "status": "done",
    "digit_count": 20_899,
    "leading": "25974069347221724166",
    "trailing": "49895374653428746875",
    "digits_url": "/api/v1/fibonacci/100000/digits",
}
_RANGE = {"schema": schema("RangeRequest"), "example": {"from": 0, "to": 40}}
_CALCULATING = {"index": 41, "status": "calculating", "progress": 0.4}
_FAILED = {
    "index": 42,
    "status": "failed",
    "attempts": 3,
    "reason": {"category": "worker-died", "detail": "The worker died 3 times while computing it."},
}


def fibonacci() -> Element:
    """Describe /api/v1/fibonacci/{index}."""
    return {
        "parameters": shared_parameters("index", "X-Request-ID"),
        "get": _look_up_one(),
        "post": _request_one(),
    }


def _look_up_one() -> Element:
    return {
        "operationId": "getFibonacci",
        "summary": "Look up F(index): done, calculating, failed or absent",
        "tags": ["Fibonacci"],
        "parameters": shared_parameters("Prefer", "If-None-Match"),
        "responses": {
            "200": answer(
                "Done, or given up.",
                "FibonacciDone",
                "FibonacciDoneLarge",
                "FibonacciFailed",
                headers=_DONE_HEADERS,
                examples={"done": _DONE, "large": _LARGE, "failed": _FAILED},
            ),
            "202": _calculating("Preference-Applied"),
            "304": answer("The caller has it.", headers=("ETag", "Cache-Control")),
            **refusals(problems.ABSENT, problems.INVALID_REQUEST, problems.QUEUE_FULL, *ANY_CALL),
        },
    }


def _request_one() -> Element:
    return {
        "operationId": "requestFibonacci",
        "summary": "Request F(index), counting the request exactly once",
        "tags": ["Fibonacci"],
        "parameters": shared_parameters("Idempotency-Key", "Prefer"),
        "responses": {
            "200": answer(
                "Counted, and known.",
                "FibonacciDone",
                "FibonacciDoneLarge",
                headers=("Preference-Applied", "Content-Encoding", *LIMIT_HEADERS),
                examples={"done": _DONE, "large": _LARGE},
            ),
            "202": _calculating("Location", "Preference-Applied", *LIMIT_HEADERS),
            **refusals(
                problems.MALFORMED_IDEMPOTENCY_KEY,
                problems.INVALID_REQUEST,
                problems.IDEMPOTENCY_KEY_REUSED,
                *_COUNTING,
            ),
        },
    }


def _calculating(*headers: str) -> Element:
    return answer(
        "Asked for, not known yet.",
        "FibonacciCalculating",
        headers=("Retry-After", *headers),
        examples={"calculating": _CALCULATING},
    )


def digits() -> Element:
    """Describe /api/v1/fibonacci/{index}/digits."""
    text = {"text/plain": {"schema": {"type": "string", "pattern": "^[0-9]+$"}}}
    whole = answer("The whole decimal number.", headers=(*_DONE_HEADERS, "Accept-Ranges"))
    part = answer("One range of its digits.", headers=("ETag", "Content-Range", "Accept-Ranges"))
    return {
        "parameters": shared_parameters("index", "X-Request-ID"),
        "get": {
            "operationId": "getFibonacciDigits",
            "summary": "Download every digit of F(index)",
            "tags": ["Fibonacci"],
            "parameters": shared_parameters("Range", "If-None-Match"),
            "responses": {
                "200": {**whole, "content": text},
                "202": _calculating(),
                "206": {**part, "content": text},
                "304": answer("The caller has it.", headers=("ETag", "Cache-Control")),
                **refusals(
                    problems.ABSENT,
                    problems.GIVEN_UP,
                    problems.QUEUE_FULL,
                    problems.RANGE_NOT_SATISFIABLE,
                    problems.INVALID_REQUEST,
                    *ANY_CALL,
                ),
            },
        },
    }


def look_up_range(max_index: int, range_limit: int) -> Element:
    """Describe /api/v1/fibonacci."""
    bounds = {"minimum": 0, "maximum": max_index}
    return {
        "parameters": shared_parameters("X-Request-ID"),
        "get": {
            "operationId": "getFibonacciRange",
            "summary": f"Look up F(from) to F(to), at most {range_limit} of them",
            "tags": ["Fibonacci"],
            "parameters": [
                query("from", "The first index.", bounds, required=True),
                query("to", "The last index, included.", bounds, required=True),
            ],
            "responses": {
                "200": answer(
                    "Each index as it stands.", "RangeItems", headers=("Content-Encoding",)
                ),
                **refusals(problems.INVALID_REQUEST, problems.QUEUE_FULL, *ANY_CALL),
            },
        },
    }


def request_range(range_limit: int) -> Element:
    """Describe /api/v1/fibonacci/ranges."""
    return {
        "parameters": shared_parameters("X-Request-ID"),
        "post": {
            "operationId": "requestFibonacciRange",
            "summary": f"Request F(from) to F(to) as one batch, at most {range_limit} of them",
            "tags": ["Fibonacci"],
            "parameters": shared_parameters("Idempotency-Key"),
            "requestBody": {"required": True, "content": {"application/json": _RANGE}},
            "responses": {
                "200": answer(
                    "Counted, and all known.",
                    "RangeItems",
                    headers=("Content-Encoding", *LIMIT_HEADERS),
                ),
                "202": answer(
                    "Counted; some are not known yet.",
                    "RangeItems",
                    headers=("Location", "Retry-After", "Content-Encoding", *LIMIT_HEADERS),
                ),
                **refusals(
                    problems.MALFORMED_JSON,
                    problems.MALFORMED_IDEMPOTENCY_KEY,
                    problems.REQUEST_TIMEOUT,
                    problems.PAYLOAD_TOO_LARGE,
                    problems.UNSUPPORTED_MEDIA_TYPE,
                    problems.INVALID_REQUEST,
                    problems.IDEMPOTENCY_KEY_REUSED,
                    *_COUNTING,
                ),
            },
        },
    }


def most_requested() -> Element:
    """Describe /api/v1/fibonacci/most-requested."""
    example = {"items": [{"index": 40, "count": 7}, {"index": 41, "count": 7}]}
    return {
        "parameters": shared_parameters("X-Request-ID"),
        "get": {
            "operationId": "getMostRequested",
            "summary": "List the most requested indices",
            "tags": ["Fibonacci"],
            "parameters": [
                query(
                    "limit",
                    "How many.",
                    {"minimum": 1, "maximum": 100, "default": 10},
                    required=False,
                )
            ],
            "responses": {
                "200": answer(
                    "Most requested first; empty where nothing was asked.",
                    "MostRequested",
                    headers=("Content-Encoding",),
                    examples={"two": example},
                ),
                **refusals(problems.INVALID_REQUEST, *ANY_CALL),
            },
        },
    }

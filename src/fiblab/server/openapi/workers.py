"""The operation that lists the workers."""

from fiblab.server.openapi.elements import ANY_CALL, Element, answer, refusals, shared_parameters

_WORKER = {
    "name": "laptop-4711-9f3c",
    "host": "laptop",
    "pid": 4711,
    "lanes": ["light", "heavy"],
    "since": "2026-11-24T12:00:00.123000Z",
    "seen_s_ago": 1.2,
    "holds": [{"index": 30_000_000, "attempt": 1, "lease_left_s": 8.5}],
}


def workers() -> Element:
    """Describe /api/v1/workers."""
    return {
        "parameters": shared_parameters("X-Request-ID"),
        "get": {
            "operationId": "getWorkers",
            "summary": "List who works, and what each has in hand",
            "tags": ["Operating"],
            "responses": {
                "200": answer(
                    "Who has said so within 15 seconds.",
                    "Workers",
                    headers=("Content-Encoding",),
                    examples={"one": {"items": [_WORKER]}},
                ),
                **refusals(*ANY_CALL),
            },
        },
    }

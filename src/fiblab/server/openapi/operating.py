"""The operations for who operates the queue, as an OpenAPI path item each."""

from fiblab.server import problems, wire
from fiblab.server.openapi.elements import (
    ANY_CALL,
    Element,
    answer,
    query,
    reference,
    refusals,
    schema,
    shared_parameters,
)
from fiblab.server.problem_type import ProblemType

#: What a call that changes something may be refused with besides.
_CHANGING = (
    problems.UNAUTHORIZED,
    problems.OPERATOR_ONLY,
    problems.FORBIDDEN,
    problems.CHANGE_UNKNOWN,
    *ANY_CALL,
)
_BODY = (
    problems.MALFORMED_JSON,
    problems.REQUEST_TIMEOUT,
    problems.PAYLOAD_TOO_LARGE,
    problems.UNSUPPORTED_MEDIA_TYPE,
    problems.INVALID_REQUEST,
)

#: The token, or nothing: a server on loopback that has none asks for none.
_OPERATOR: list[Element] = [{"operator": []}, {}]

_DEPTH = {
    "lanes": [
        {"lane": "light", "ready": 3, "oldest_s": 0.2},
        {"lane": "heavy", "ready": 0, "oldest_s": 0.0},
    ],
    "leased": 1,
    "delayed": 0,
    "dead": 1,
    "bound": 100_000,
    "paused": False,
}
_LETTER = {
    "index": 42,
    "lane": "light",
    "attempts": 3,
    "reason": {"category": "worker-died", "detail": "The worker died 3 times while computing it."},
    "died_at": "2026-11-24T12:00:00.123000Z",
}


def queue() -> Element:
    """Describe /api/v1/queue."""
    return {
        "parameters": shared_parameters("X-Request-ID"),
        "get": {
            "operationId": "getQueue",
            "summary": "Tell how much waits where, how long, and whether claiming is paused",
            "tags": ["Operating"],
            "responses": {
                "200": answer("At one instant.", "QueueDepth", examples={"busy": _DEPTH}),
                **refusals(*ANY_CALL),
            },
        },
    }


def pause() -> Element:
    """Describe /api/v1/queue/pause."""
    return _switch("pauseQueue", "Stop all workers from claiming; jobs in their hands go on")


def resume() -> Element:
    """Describe /api/v1/queue/resume."""
    return _switch("resumeQueue", "Let workers claim again")


def _switch(name: str, summary: str) -> Element:
    return _changing("post", name, summary, answer("Done, or so already.", "Pause"))


def dead_letters() -> Element:
    """Describe /api/v1/dead-letters."""
    limits = {"minimum": 1, "maximum": wire.DEAD_LETTERS_AT_ONCE}
    page = {"items": [_LETTER], "next_cursor": "100"}
    return {
        "parameters": shared_parameters("X-Request-ID"),
        "get": {
            "operationId": "getDeadLetters",
            "summary": "List what was given up, the latest first, with the reasons",
            "tags": ["Operating"],
            "parameters": [
                query("limit", "Most items of this page.", limits, required=False),
                query(
                    "cursor",
                    "A page's `next_cursor`: how many dead letters to leave out. After some have "
                    "come or gone, begin again without it.",
                    {"minimum": 0, "maximum": 1_000_000_000},
                    required=False,
                ),
            ],
            "responses": {
                "200": answer(
                    "One page of them.",
                    "DeadLetterPage",
                    headers=("Content-Encoding",),
                    examples={"first": page},
                ),
                **refusals(problems.INVALID_REQUEST, *ANY_CALL),
            },
        },
    }


def requeue() -> Element:
    """Describe /api/v1/dead-letters/{index}/requeue."""
    summary = "Give a dead letter all its attempts anew"
    return _one("post", "requeueDeadLetter", summary, problems.QUEUE_FULL)


def discard() -> Element:
    """Describe /api/v1/dead-letters/{index}."""
    return _one("delete", "discardDeadLetter", "Drop a dead letter for good")


def _one(method: str, name: str, summary: str, *refused: ProblemType) -> Element:
    done = answer("Done.", "DeadLetterOutcome")
    also = (problems.NO_SUCH_DEAD_LETTER, problems.INVALID_REQUEST, *refused)
    item = _changing(method, name, summary, done, *also)
    return {**item, "parameters": [reference("parameters", "index"), *item["parameters"]]}


def requeue_many() -> Element:
    """Describe /api/v1/dead-letters/requeue."""
    return _many("requeueDeadLetters", "Give many dead letters all their attempts anew")


def discard_many() -> Element:
    """Describe /api/v1/dead-letters/discard."""
    return _many("discardDeadLetters", "Drop many dead letters for good")


def _many(name: str, summary: str) -> Element:
    done = answer("What became of each.", "DeadLetterOutcomes", headers=("Content-Encoding",))
    item = _changing("post", name, summary, done, *_BODY)
    content = {"schema": schema("DeadLetterIndices"), "example": {"indices": [42, 43]}}
    item["post"]["requestBody"] = {"required": True, "content": {"application/json": content}}
    return item


def _changing(
    method: str, name: str, summary: str, done: Element, *refused: ProblemType
) -> Element:
    return {
        "parameters": shared_parameters("X-Request-ID"),
        method: {
            "operationId": name,
            "summary": summary,
            "tags": ["Operating"],
            "security": _OPERATOR,
            "responses": {"200": done, **refusals(*refused, *_CHANGING)},
        },
    }

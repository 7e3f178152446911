"""The pieces that operations are written with."""

from collections.abc import Sequence
from typing import Any

from fiblab.server import problems
from fiblab.server.problem_type import ProblemType

Element = dict[str, Any]

#: Headers that every answer carries.
EVERY_ANSWER = ("X-Request-ID", "traceparent")

#: Headers of a call that is limited, unless it is refused before.
LIMIT_HEADERS = ("RateLimit", "RateLimit-Policy")

#: What any call of the API may be refused with.
ANY_CALL = (
    problems.MISDIRECTED_HOST,
    problems.PATH_TOO_LONG,
    problems.INTERNAL,
    problems.OVERLOADED,
    problems.DEADLINE_EXCEEDED,
    problems.DEPENDENCY_UNAVAILABLE,
)


def reference(kind: str, name: str) -> Element:
    """Point to a component."""
    return {"$ref": f"#/components/{kind}/{name}"}


def shared_parameters(*names: str) -> list[Element]:
    """Point to parameters that several operations take."""
    return [reference("parameters", name) for name in names]


def schema(*names: str) -> Element:
    """Point to one schema, or to a choice of several."""
    references = [reference("schemas", name) for name in names]
    return references[0] if len(references) == 1 else {"oneOf": references}


def query(name: str, description: str, bounds: Element, *, required: bool) -> Element:
    """Describe an integer of the query."""
    return {
        "name": name,
        "in": "query",
        "required": required,
        "description": description,
        "schema": {"type": "integer", **bounds},
    }


def answer(
    description: str,
    *schemas: str,
    headers: Sequence[str] = (),
    media_type: str = "application/json",
    examples: Element | None = None,
) -> Element:
    """Describe an answer: what it means, what it holds, which headers it carries."""
    described: Element = {
        "description": description,
        "headers": {name: reference("headers", name) for name in (*EVERY_ANSWER, *headers)},
    }
    if schemas:
        content: Element = {"schema": schema(*schemas)}
        if examples:
            content["examples"] = {name: {"value": value} for name, value in examples.items()}
        described["content"] = {media_type: content}
    return described


def refusals(*kinds: ProblemType) -> dict[str, Element]:
    """Describe the refusals of an operation, those of one status together."""
    by_status: dict[str, list[ProblemType]] = {}
    for kind in kinds:
        by_status.setdefault(str(kind.status.value), []).append(kind)
    limits = LIMIT_HEADERS if problems.RATE_LIMITED in kinds else ()
    return {
        status: answer(
            " · ".join(f"`{kind.uri}`: {kind.title}." for kind in same),
            "Problem",
            headers=_headers_of(status, limits),
            media_type="application/problem+json",
            examples={kind.slug: _example(kind) for kind in same},
        )
        for status, same in by_status.items()
    }


def _headers_of(status: str, limits: Sequence[str]) -> tuple[str, ...]:
    by_status = {
        "401": ("WWW-Authenticate",),
        "405": ("Allow",),
        "416": ("Content-Range",),
        "429": ("Retry-After", *limits),
        "503": ("Retry-After", *limits),
    }
    return by_status.get(status, ())


def _example(kind: ProblemType) -> Element:
    return {
        "type": kind.uri,
        "title": kind.title,
        "status": kind.status.value,
        "detail": kind.advice,
        "request_id": "01890a5d-ac96-774b-bcce-b302099a8057",
        "definite": kind.definite,
    }

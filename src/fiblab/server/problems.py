"""Everything that can be refused, as one table of RFC 9457 problem types.

A handler raises `Refusal` with one of these types; domain errors become one in `refusals.py`.
*Definite*: nothing was counted, queued or changed. *Indefinite*: it may have been.
"""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Final

from fiblab.server.problem_type import ProblemType, reference_page
from fiblab.server.wire import FieldError


class Refusal(Exception):  # noqa: N818 - a refusal is an answer, not a fault
    """An answer other than the one asked for; `str()` of it is the problem's detail."""

    def __init__(
        self,
        problem: ProblemType,
        detail: str,
        *,
        errors: Sequence[FieldError] = (),
        headers: Sequence[tuple[bytes, bytes]] = (),
    ) -> None:
        super().__init__(detail)
        self.problem = problem
        self.detail = detail
        self.errors = errors
        self.headers = headers


MALFORMED_REQUEST: Final = ProblemType(
    "malformed-request",
    HTTPStatus.BAD_REQUEST,
    "This is not HTTP",
    "Send requests as RFC 9112 writes them, through an ordinary HTTP client.",
)
MALFORMED_JSON: Final = ProblemType(
    "malformed-json",
    HTTPStatus.BAD_REQUEST,
    "The body is not JSON",
    "Send one JSON document in UTF-8.",
)
MALFORMED_IDEMPOTENCY_KEY: Final = ProblemType(
    "malformed-idempotency-key",
    HTTPStatus.BAD_REQUEST,
    "The Idempotency-Key cannot be used",
    "Send 1 to 128 visible ASCII characters, for example a UUID.",
)
UNAUTHORIZED: Final = ProblemType(
    "unauthorized",
    HTTPStatus.UNAUTHORIZED,
    "This call takes the operator's token",
    "Send it as `Authorization: Bearer TOKEN`; the server's operator_token setting holds it.",
)
FORBIDDEN: Final = ProblemType(
    "forbidden",
    HTTPStatus.FORBIDDEN,
    "This call is not yours to make",
    "Call from the page itself, or from an origin that the server's cors_origins setting lists.",
)
OPERATOR_ONLY: Final = ProblemType(
    "operator-only",
    HTTPStatus.FORBIDDEN,
    "Without an operator's token this call answers only on the server's own machine",
    "Give the server an operator_token and send it, or call it on loopback, without a proxy.",
)
NOT_FOUND: Final = ProblemType(
    "not-found",
    HTTPStatus.NOT_FOUND,
    "There is nothing at this address",
    "See /docs for every address there is.",
)
ABSENT: Final = ProblemType(
    "absent",
    HTTPStatus.NOT_FOUND,
    "Nobody has asked for this number yet",
    "Ask for it: POST to the same address.",
)
NO_SUCH_DEAD_LETTER: Final = ProblemType(
    "no-such-dead-letter",
    HTTPStatus.NOT_FOUND,
    "This number is not among the dead letters",
    "GET /api/v1/dead-letters lists them; someone may have requeued or discarded it.",
)
NO_SUCH_JOB: Final = ProblemType(
    "no-such-job",
    HTTPStatus.NOT_FOUND,
    "Neither the queue nor its events know this number",
    "It was never asked for, or that was long ago: GET /api/v1/fibonacci/{index} looks it up.",
)
GIVEN_UP: Final = ProblemType(
    "given-up",
    HTTPStatus.CONFLICT,
    "The calculation of this number was given up",
    "The detail says why. POST to the number's address to try again.",
)
METHOD_NOT_ALLOWED: Final = ProblemType(
    "method-not-allowed",
    HTTPStatus.METHOD_NOT_ALLOWED,
    "This address does not take that method",
    "Use a method that the Allow header names.",
)
REQUEST_TIMEOUT: Final = ProblemType(
    "request-timeout",
    HTTPStatus.REQUEST_TIMEOUT,
    "The request did not arrive in time",
    "Send it again, in one piece.",
)
PAYLOAD_TOO_LARGE: Final = ProblemType(
    "payload-too-large",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "The body is too large",
    "No call of this API needs more than a few hundred bytes.",
)
PATH_TOO_LONG: Final = ProblemType(
    "path-too-long",
    HTTPStatus.REQUEST_URI_TOO_LONG,
    "The address is too long",
    "No address of this API is longer than a few thousand characters.",
)
UNSUPPORTED_MEDIA_TYPE: Final = ProblemType(
    "unsupported-media-type",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    "The body is of a type that is not read here",
    "Send Content-Type: application/json.",
)
HEAD_TOO_LARGE: Final = ProblemType(
    "head-too-large",
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
    "The headers are too large",
    "No call of this API needs more than a few kilobytes of headers.",
)
RANGE_NOT_SATISFIABLE: Final = ProblemType(
    "range-not-satisfiable",
    HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE,
    "The number has no such digits",
    "Content-Range tells how many digits there are.",
)
MISDIRECTED_HOST: Final = ProblemType(
    "misdirected-host",
    HTTPStatus.MISDIRECTED_REQUEST,
    "This server does not answer to that host name",
    "Use a name that the server's allowed_hosts setting lists.",
)
INVALID_REQUEST: Final = ProblemType(
    "invalid-request",
    HTTPStatus.UNPROCESSABLE_ENTITY,
    "A field of the request cannot be used",
    "The errors member names each field and what is wrong with it.",
)
IDEMPOTENCY_KEY_REUSED: Final = ProblemType(
    "idempotency-key-reused",
    HTTPStatus.UNPROCESSABLE_ENTITY,
    "The Idempotency-Key already stands for another request",
    "Take a fresh key for each request; repeat a key only to repeat its request.",
)
RATE_LIMITED: Final = ProblemType(
    "rate-limited",
    HTTPStatus.TOO_MANY_REQUESTS,
    "Too many requests",
    "Wait for as many seconds as Retry-After tells; the RateLimit headers help to keep below.",
)
INTERNAL: Final = ProblemType(
    "internal",
    HTTPStatus.INTERNAL_SERVER_ERROR,
    "The server failed",
    "This is a defect. Report it with the request_id; repeat it with the same Idempotency-Key.",
    definite=False,
)
QUEUE_FULL: Final = ProblemType(
    "queue-full",
    HTTPStatus.SERVICE_UNAVAILABLE,
    "The queue is full",
    "Nothing was counted. Ask again after as many seconds as Retry-After tells.",
)
OVERLOADED: Final = ProblemType(
    "overloaded",
    HTTPStatus.SERVICE_UNAVAILABLE,
    "The server has all the requests it can hold",
    "Nothing was counted. Ask again after as many seconds as Retry-After tells.",
)
DEPENDENCY_UNAVAILABLE: Final = ProblemType(
    "dependency-unavailable",
    HTTPStatus.SERVICE_UNAVAILABLE,
    "A store that the answer needs is out of reach",
    "Nothing was counted. Ask again after as many seconds as Retry-After tells.",
)
OUTCOME_UNKNOWN: Final = ProblemType(
    "outcome-unknown",
    HTTPStatus.SERVICE_UNAVAILABLE,
    "It is unknown whether the request was counted",
    "It may have been counted; repeat it with the same Idempotency-Key and it counts once.",
    definite=False,
)
CHANGE_UNKNOWN: Final = ProblemType(
    "change-unknown",
    HTTPStatus.SERVICE_UNAVAILABLE,
    "It is unknown whether the change was made",
    "It may have been made. Make it again: twice has the effect of once.",
    definite=False,
)
DEADLINE_EXCEEDED: Final = ProblemType(
    "deadline-exceeded",
    HTTPStatus.SERVICE_UNAVAILABLE,
    "The answer was not ready in time",
    "A request to count may have been counted; repeat it with the same Idempotency-Key.",
    definite=False,
)

#: All of the above, in their order.
TABLE: Final = tuple(kind for kind in list(globals().values()) if isinstance(kind, ProblemType))


def invalid(field: str, reason: str) -> Refusal:
    """Refuse one field of a request."""
    return Refusal(INVALID_REQUEST, f"{field}: {reason}", errors=[FieldError(field, reason)])


def retry_after(seconds: float) -> tuple[bytes, bytes]:
    """Tell when to come back, in whole seconds, at least one, never sooner than `seconds`."""
    return (b"retry-after", b"%d" % max(1, -int(-seconds // 1)))


if __name__ == "__main__":
    page = reference_page(TABLE, "Problem types", "fiblab.server.problems")
    print(page, end="")  # noqa: T201 - a generator's output is its purpose

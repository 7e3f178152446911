"""Whatever goes wrong further in has an answer that says whether anything was counted."""

import json
from http import HTTPStatus

import asyncpg
import pytest

from fiblab.fibonacci.errors import IndexRefused
from fiblab.fibonacci.index import parse_index
from fiblab.redis import ReplyTimeout, Unavailable
from fiblab.server import problems
from fiblab.server.breaker import BreakerOpen
from fiblab.server.deadlines import Deadline, Deadlines
from fiblab.server.exchange import Exchange
from fiblab.server.problem_type import ProblemType
from fiblab.server.problems import Refusal, retry_after
from fiblab.server.refusals import problem_answer, problem_document, refusal_of
from fiblab.storage import KeyReused, LedgerIndefinite, LedgerUnavailable


def exchange(method: str) -> Exchange:
    """Give a request."""
    return Exchange(method, {}, "id-1", "", "127.0.0.1", Deadline(Deadlines(1)))


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (Unavailable("away"), problems.DEPENDENCY_UNAVAILABLE),
        (ReplyTimeout("late"), problems.DEPENDENCY_UNAVAILABLE),
        (BreakerOpen("redis", 1.5), problems.DEPENDENCY_UNAVAILABLE),
        (LedgerUnavailable("away"), problems.DEPENDENCY_UNAVAILABLE),
        (LedgerIndefinite("sent"), problems.OUTCOME_UNKNOWN),
        (KeyReused("key:a", 1, 2), problems.IDEMPOTENCY_KEY_REUSED),
        (asyncpg.TooManyConnectionsError("full"), problems.DEPENDENCY_UNAVAILABLE),
        (ConnectionResetError(), problems.DEPENDENCY_UNAVAILABLE),
        (Refusal(problems.ABSENT, "nobody asked"), problems.ABSENT),
        (ZeroDivisionError("a defect"), problems.INTERNAL),
    ],
)
def test_every_error_is_a_problem(error: Exception, kind: ProblemType) -> None:
    """Each error of the stores has its problem type; what nobody foresaw is `internal`."""
    assert refusal_of(error).problem is kind


def test_index_that_is_refused_names_its_field() -> None:
    """An index that cannot be one is the field `index`."""
    with pytest.raises(IndexRefused) as refused:
        parse_index("05", 100)
    (error,) = refusal_of(refused.value).errors
    assert error.field == "index"


def test_foreseen_or_not_no_detail_leaks() -> None:
    """The text of an error stays in the log: it may name hosts, users and statements."""
    for error in (ZeroDivisionError("secret"), Unavailable("secret"), OSError("secret")):
        assert "secret" not in refusal_of(error).detail


def test_document() -> None:
    """A problem has all members of RFC 9457 that we promise."""
    refusal = Refusal(problems.QUEUE_FULL, "No room.", headers=[retry_after(1.2)])
    status, headers, body = problem_document(refusal, "id-1")
    assert status == HTTPStatus.SERVICE_UNAVAILABLE
    assert (b"retry-after", b"2") in headers
    assert json.loads(body) == {
        "type": "/problems/queue-full",
        "title": problems.QUEUE_FULL.title,
        "status": 503,
        "detail": "No room.",
        "request_id": "id-1",
        "definite": True,
    }


@pytest.mark.parametrize(("method", "definite"), [("POST", False), ("GET", True), ("HEAD", True)])
def test_reading_is_never_counted(method: str, definite: bool) -> None:  # noqa: FBT001 - a table's column
    """Only a request that counts can be left in doubt."""
    asked = exchange(method)
    refusal = Refusal(problems.DEADLINE_EXCEEDED, "Late.")
    _, _, body = problem_answer(refusal, asked)
    assert json.loads(body)["definite"] is definite
    assert asked.problem == "deadline-exceeded"


@pytest.mark.parametrize(("seconds", "header"), [(0, b"1"), (0.2, b"1"), (1, b"1"), (1.01, b"2")])
def test_retry_after(seconds: float, header: bytes) -> None:
    """Whole seconds, at least one, never sooner than asked for."""
    assert retry_after(seconds) == (b"retry-after", header)

"""What went wrong further in, as an answer: the one place that maps errors to problem types."""

from collections.abc import Callable
from typing import Any

from blacksheep.exceptions import MessageAborted

from fiblab.fibonacci.errors import IndexRefused
from fiblab.redis import RedisError
from fiblab.server.breaker import BreakerOpen
from fiblab.server.cors import SAFE_METHODS
from fiblab.server.exchange import Exchange, RawHeaders
from fiblab.server.problems import (
    DEPENDENCY_UNAVAILABLE,
    IDEMPOTENCY_KEY_REUSED,
    INTERNAL,
    OUTCOME_UNKNOWN,
    REQUEST_TIMEOUT,
    Refusal,
    invalid,
    retry_after,
)
from fiblab.server.wire import Problem, encode
from fiblab.storage import POSTGRES_ERRORS, KeyReused, LedgerIndefinite, LedgerUnavailable

PROBLEM_JSON = (b"content-type", b"application/problem+json")

#: Seconds after which a store that failed once is worth another try.
STORE_RETRY_S = 1.0

#: Seconds for one read of PostgreSQL: well within a request's deadline, so that it is the breaker
#: that learns of a frozen server.
POSTGRES_READ_TIMEOUT_S = 2.0


def _unavailable(detail: str, retry_in_s: float = STORE_RETRY_S) -> Refusal:
    # Counting comes last: wherever a store fails before it, nothing was counted.
    return Refusal(DEPENDENCY_UNAVAILABLE, detail, headers=[retry_after(retry_in_s)])


def _index_refused(error: IndexRefused) -> Refusal:
    return invalid("index", error.sentence)


def _key_reused(error: KeyReused) -> Refusal:
    detail = f"The key stands for index {error.recorded_index} already. Nothing was counted."
    return Refusal(IDEMPOTENCY_KEY_REUSED, detail)


def _outcome_unknown(_error: LedgerIndefinite) -> Refusal:
    wait = retry_after(STORE_RETRY_S)
    return Refusal(OUTCOME_UNKNOWN, OUTCOME_UNKNOWN.advice, headers=[wait])


#: From the errors of everything further in to refusals; the first that fits is taken.
_TABLE: tuple[tuple[tuple[type[Exception], ...], Callable[[Any], Refusal]], ...] = (
    ((Refusal,), lambda error: error),
    ((IndexRefused,), _index_refused),
    ((KeyReused,), _key_reused),
    ((BreakerOpen,), lambda error: _unavailable(f"{error}.", error.retry_in_s)),
    ((LedgerIndefinite,), _outcome_unknown),
    ((LedgerUnavailable,), lambda _: _unavailable("The ledger cannot be written now.")),
    ((RedisError,), lambda _: _unavailable("Redis cannot be used now.")),
    (POSTGRES_ERRORS, lambda _: _unavailable("PostgreSQL cannot be used now.")),
    ((MessageAborted,), lambda _: Refusal(REQUEST_TIMEOUT, "The client went away.")),
)


def refusal_of(error: Exception) -> Refusal:
    """Turn any error into the refusal that a client gets; `INTERNAL` is for those unforeseen."""
    for kinds, refuse in _TABLE:
        if isinstance(error, kinds):
            return refuse(error)
    return Refusal(INTERNAL, INTERNAL.advice)


def problem_answer(refusal: Refusal, exchange: Exchange) -> tuple[int, RawHeaders, bytes]:
    """Write the refusal of a request; one that only reads is never counted."""
    exchange.problem = refusal.problem.slug
    return problem_document(
        refusal, exchange.request_id, only_reads=exchange.method in SAFE_METHODS
    )


def problem_document(
    refusal: Refusal, request_id: str, *, only_reads: bool = False
) -> tuple[int, RawHeaders, bytes]:
    """Write a refusal as status, headers and body."""
    kind = refusal.problem
    body = encode(
        Problem(
            type=kind.uri,
            title=kind.title,
            status=kind.status.value,
            detail=refusal.detail,
            request_id=request_id,
            definite=kind.definite or only_reads,
            errors=list(refusal.errors),
        )
    )
    headers = [PROBLEM_JSON, (b"cache-control", b"no-store"), *refusal.headers]
    return kind.status.value, headers, body

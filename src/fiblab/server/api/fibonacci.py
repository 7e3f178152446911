"""/api/v1/fibonacci/{index}: ask for a number, and look it up."""

import math
from dataclasses import dataclass

from blacksheep import Request, Response
from blacksheep.server.routing import Router
from uuid_utils import uuid7

from fiblab.server.answers import immutable_answer, json_answer
from fiblab.server.believing import address
from fiblab.server.exchange import Exchange, RawHeaders, exchange_of
from fiblab.server.fields import idempotency_key, path_index
from fiblab.server.intake import Asking, Intake
from fiblab.server.looking_up import LookUp
from fiblab.server.negotiation import preferred_wait
from fiblab.server.problems import ABSENT, Refusal, retry_after
from fiblab.server.waiting import Waiting
from fiblab.server.wire import (
    FibonacciAbsent,
    FibonacciCalculating,
    FibonacciDone,
    FibonacciDoneLarge,
    RangeItem,
)

#: Seconds; most calculations are over by then, and a poller backs off by itself.
CALCULATING_RETRY_S = 1.0
#: Seconds that a waiting request may take beyond its wait: one more look at the stores.
WAIT_MARGIN_S = 2.0


@dataclass(frozen=True, slots=True)
class FibonacciApi:
    """What the addresses of one number work with."""

    look_up: LookUp
    intake: Intake
    waiting: Waiting
    max_index: int
    wait_limit_s: float


def add_fibonacci(router: Router, api: FibonacciApi) -> None:
    """Add both calls."""

    @router.post("/api/v1/fibonacci/{index}")
    async def request_fibonacci(request: Request) -> Response:
        index = path_index(request, api.max_index)
        exchange = exchange_of(request)
        taken = await api.intake.take_in(asking(exchange, [index]))
        (item,) = taken.items
        item, applied = await _wait(api, exchange, item)
        headers = [*taken.limits, *applied]
        if isinstance(item, FibonacciCalculating):
            location = (b"location", address(index).encode())
            headers += [location, retry_after(CALCULATING_RETRY_S)]
            return json_answer(exchange, item, status=202, headers=headers)
        return json_answer(exchange, item, headers=headers)

    @router.route("/api/v1/fibonacci/{index}", methods=["GET", "HEAD"])
    async def get_fibonacci(request: Request) -> Response:
        index = path_index(request, api.max_index)
        exchange = exchange_of(request)
        item, applied = await _wait(api, exchange, await api.look_up.one(index))
        match item:
            case FibonacciDone() | FibonacciDoneLarge():
                return immutable_answer(exchange, item, "json", index, applied)
            case FibonacciCalculating():
                return calculating_answer(exchange, item, applied)
            case FibonacciAbsent():
                raise absent(index)
        return json_answer(exchange, item, headers=applied)


def asking(exchange: Exchange, indices: list[int] | range) -> Asking:
    """Gather what a request to count needs to be counted once."""
    key = idempotency_key(exchange)
    return Asking(
        indices=indices,
        client=exchange.client,
        ledger_id=f"request:{uuid7()}" if key is None else f"key:{key}",
        has_key=key is not None,
        request_id=exchange.request_id,
        traceparent=exchange.traceparent,
    )


def calculating_answer(
    exchange: Exchange, item: FibonacciCalculating, headers: RawHeaders | None = None
) -> Response:
    """Answer 202: come back later."""
    wait = retry_after(CALCULATING_RETRY_S)
    return json_answer(exchange, item, status=202, headers=[wait, *(headers or [])])


def absent(index: int) -> Refusal:
    """Refuse to tell a number that nobody asked for."""
    return Refusal(ABSENT, f"Nobody has asked for F({index}) yet. POST to this address asks.")


async def _wait(
    api: FibonacciApi, exchange: Exchange, item: RangeItem
) -> tuple[RangeItem, RawHeaders]:
    """Hold the answer as long as the client prefers, within the limit."""
    preferred = exchange.headers.get(b"prefer")
    if preferred is None or not isinstance(item, FibonacciCalculating):
        return item, []
    wished = preferred_wait(preferred.decode("latin-1"))
    if wished is None:
        return item, []
    seconds = min(wished, math.floor(api.wait_limit_s))
    exchange.extend_deadline(seconds + WAIT_MARGIN_S)
    known = await api.waiting.until_known(item, seconds)
    return known, [(b"preference-applied", b"wait=%d" % seconds)]

"""/api/v1/fibonacci and /api/v1/fibonacci/ranges: many numbers in one call."""

import asyncio
from dataclasses import dataclass

from blacksheep import Request, Response
from blacksheep.server.routing import Router

from fiblab.server.answers import json_answer
from fiblab.server.api.fibonacci import CALCULATING_RETRY_S, asking
from fiblab.server.exchange import Exchange, RawHeaders, exchange_of
from fiblab.server.fields import (
    index_range,
    json_object,
    object_indices,
    query_fields,
    query_number,
)
from fiblab.server.intake import Intake
from fiblab.server.looking_up import LookUp
from fiblab.server.problems import retry_after
from fiblab.server.wire import FibonacciCalculating, RangeItem, RangeItems

_ENDS = ("from", "to")


@dataclass(frozen=True, slots=True)
class RangesApi:
    """What the addresses of ranges work with."""

    look_up: LookUp
    intake: Intake
    max_index: int
    range_limit: int
    body_limit_bytes: int


def add_ranges(router: Router, api: RangesApi) -> None:
    """Add both calls."""

    @router.route("/api/v1/fibonacci", methods=["GET", "HEAD"])
    async def get_fibonacci_range(request: Request) -> Response:
        fields = query_fields(request, _ENDS)
        first, last = (query_number(fields, name, 0, api.max_index) for name in _ENDS)
        items = await api.look_up.many(index_range(first, last, api.range_limit))
        return await _answer(exchange_of(request), items)

    @router.post("/api/v1/fibonacci/ranges")
    async def request_fibonacci_range(request: Request) -> Response:
        document = await json_object(request, api.body_limit_bytes)
        first, last = object_indices(document, _ENDS, api.max_index)
        exchange = exchange_of(request)
        indices = index_range(first, last, api.range_limit)
        taken = await api.intake.take_in(asking(exchange, indices))
        if not any(isinstance(item, FibonacciCalculating) for item in taken.items):
            return await _answer(exchange, taken.items, headers=taken.limits)
        location = (b"location", b"/api/v1/fibonacci?from=%d&to=%d" % (first, last))
        headers = [location, retry_after(CALCULATING_RETRY_S), *taken.limits]
        return await _answer(exchange, taken.items, status=202, headers=headers)


async def _answer(
    exchange: Exchange,
    items: list[RangeItem],
    *,
    status: int = 200,
    headers: RawHeaders | None = None,
) -> Response:
    """Write the items beside the event loop: a thousand long ones are 10 MB to compress."""
    return await asyncio.to_thread(
        json_answer, exchange, RangeItems(items), status=status, headers=headers or []
    )

"""/api/v1/fibonacci/most-requested: what people ask for."""

from blacksheep import Request, Response
from blacksheep.server.routing import Router

from fiblab.server.answers import json_answer
from fiblab.server.breaker import Breaker
from fiblab.server.exchange import exchange_of
from fiblab.server.fields import query_fields, query_number
from fiblab.server.in_time import in_time
from fiblab.server.refusals import POSTGRES_READ_TIMEOUT_S
from fiblab.server.wire import MostRequested, RequestedCount
from fiblab.storage import Requests

DEFAULT_LIMIT = "10"
LARGEST_LIMIT = 100


def add_most_requested(router: Router, requests: Requests, breaker: Breaker) -> None:
    """Add the call."""

    @router.route("/api/v1/fibonacci/most-requested", methods=["GET", "HEAD"])
    async def get_most_requested(request: Request) -> Response:
        fields = {"limit": DEFAULT_LIMIT, **query_fields(request, ["limit"])}
        limit = query_number(fields, "limit", 1, LARGEST_LIMIT)
        with breaker:
            rows = await in_time(requests.most_requested(limit), POSTGRES_READ_TIMEOUT_S)
        items = [RequestedCount(index, count) for index, count in rows]
        return json_answer(exchange_of(request), MostRequested(items))

"""GETs of values that this process remembers: they wait for nothing, and need no task."""

import re
from collections.abc import Callable

from fiblab.server.answers import immutable_answer, written
from fiblab.server.asgi import Scope
from fiblab.server.believing import Believer
from fiblab.server.exchange import Exchange, RawHeaders

WholeAnswer = tuple[int, RawHeaders, bytes]
"""Status, headers, body."""

ByHeart = Callable[[Scope], Callable[[Exchange], WholeAnswer] | None]
"""Tells how to answer a request at once, None where that cannot be."""

#: The address of one number, spelt as an index is (`fibonacci.index`), and its route's template.
_ADDRESS = re.compile(rb"/api/v1/fibonacci/(0|[1-9][0-9]{0,9})")
_ROUTE = "/api/v1/fibonacci/{index}"

#: Of requests that bring a body, which somebody has to take.
_BODY_HEADERS = frozenset({b"content-length", b"transfer-encoding"})


def nothing_by_heart(_scope: Scope) -> None:
    """Answer nothing at once."""


def remembered(believer: Believer) -> ByHeart:
    """Make what answers GETs of remembered values, as `api.fibonacci` would."""

    def find(scope: Scope) -> Callable[[Exchange], WholeAnswer] | None:
        address = _ADDRESS.fullmatch(scope["raw_path"]) if scope["method"] == "GET" else None
        if address is None or any(name in _BODY_HEADERS for name, _ in scope["headers"]):
            return None
        index = int(address[1])
        done = believer.recall(index)
        if done is None:
            return None

        def answer(exchange: Exchange) -> WholeAnswer:
            exchange.route = _ROUTE
            response = immutable_answer(exchange, done, "json", index)
            return response.status, *written(response)

        return answer

    return find

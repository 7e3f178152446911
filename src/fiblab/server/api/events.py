"""/api/v1/events: every transition of every job as it happens, as server-sent events."""

from collections.abc import AsyncIterator

from blacksheep import Request, Response, StreamedContent
from blacksheep.server.routing import Router

from fiblab.queue.stream_entries import EntryId
from fiblab.server.client_connection import connection_of
from fiblab.server.events.feed import EventFeed
from fiblab.server.events.sse import EVENT_STREAM, HEADERS
from fiblab.server.exchange import Exchange, exchange_of
from fiblab.server.fields import query_fields
from fiblab.server.problems import invalid


def add_events(router: Router, feed: EventFeed) -> None:
    """Add the call."""

    @router.route("/api/v1/events", methods=["GET", "HEAD"])
    async def get_events(request: Request) -> Response:
        exchange, connection = exchange_of(request), connection_of(request)
        after = _resume_after(request, exchange)
        if exchange.method != "HEAD":
            await feed.open()
            exchange.endless = True

        async def stream() -> AsyncIterator[bytes]:
            if exchange.method != "HEAD":
                async for text in feed.stream(connection, after):
                    yield text

        return Response(200, list(HEADERS), StreamedContent(EVENT_STREAM, stream))


def _resume_after(request: Request, exchange: Exchange) -> EntryId | None:
    """Read after which event to go on; the header, which a browser repeats by itself, is newer."""
    fields = query_fields(request, ("after",))
    after = exchange.header(b"last-event-id")
    name, text = ("Last-Event-ID", after) if after else ("after", fields.get("after"))
    if text is None:
        return None
    try:
        return EntryId.parse(text)
    except ValueError:
        raise invalid(name, "must be the id of an event, as in 1732000000000-0") from None

"""One request and what is known of it while it is being answered."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import cast

from blacksheep import Request

from fiblab.server.deadlines import Deadline

#: Where the layer leaves the exchange for handlers, in the ASGI scope.
SCOPE_KEY = "fiblab.exchange"

RawHeaders = list[tuple[bytes, bytes]]
AnswerWhole = Callable[[int, RawHeaders, bytes], Awaitable[None]]
"""Of a status, headers and body."""


@dataclass(slots=True)
class Exchange:
    """A request as every part of the server needs it; filled by `layer`, read by handlers."""

    method: str
    headers: dict[bytes, bytes]
    """The request's headers, names in lower case; a repeated one is joined by commas."""
    request_id: str
    traceparent: str
    client: str
    """The client's address, behind trusted proxies."""
    deadline: Deadline
    """A handler that waits on purpose moves it."""
    peer: str | None = None
    """The address at the other end of the connection, which may be a proxy's; None: it has none."""
    route: str = "unmatched"
    """The matched route's template, for metrics: addresses themselves are without bound."""
    problem: str | None = None
    """What was refused, as a problem type's name."""
    reading_body: bool = False
    """Whether it is the client that is being waited for."""
    endless: bool = False
    """Whether the answer is a stream that lasts until someone leaves: it counts as answered, and as
    no longer in flight, when it begins."""

    answer_whole: AnswerWhole | None = None
    """Sends the answer; for who has the whole of it at hand."""

    def header(self, name: bytes) -> str:
        """Return a header's text, empty where it is absent; what is not ASCII is replaced."""
        return self.headers.get(name, b"").decode("ascii", "replace")

    def extend_deadline(self, seconds: float) -> None:
        """Allow `seconds` from now on for the answer."""
        self.deadline.move(seconds)


def exchange_of(request: Request) -> Exchange:
    """Find the exchange that a BlackSheep request belongs to."""
    return cast("Exchange", request.scope[SCOPE_KEY])  # type: ignore[literal-required] # ASGI lets a scope carry more than its own keys

"""HTTP/1.1 on one connection: uvicorn's protocol, made strict where the network is hostile.

What is no HTTP is answered with a problem, like everything else, and never ahead of a request that
is still being answered. A head that is too long, or does not end in time, costs its connection.
"""

import asyncio
from typing import Any

import structlog
from uvicorn.protocols.http.httptools_impl import (
    STATUS_LINE,
    HttpToolsProtocol,
    RequestResponseCycle,
)

from fiblab.observability.request_id import new_request_id
from fiblab.server.problem_type import ProblemType
from fiblab.server.problems import (
    HEAD_TOO_LARGE,
    MALFORMED_REQUEST,
    REQUEST_TIMEOUT,
    Refusal,
)
from fiblab.server.refusals import problem_document

#: Bytes of request line and headers. The address has a limit of its own, far below.
HEAD_LIMIT = 128 * 1_024
#: Seconds from the connection, or from a head's first byte, to the head's end.
HEAD_TIMEOUT_S = 10.0

_log = structlog.get_logger()


class StrictHttp(HttpToolsProtocol):
    """One connection, from accept to close; made by uvicorn."""

    def __init__(self, *arguments: Any, **keywords: Any) -> None:  # noqa: ANN401 - uvicorn's own
        super().__init__(*arguments, **keywords)
        # A control character in X-Request-ID costs the request its name and not its answer; no
        # other header with one can match anything, and none is sent back.
        self.parser.set_dangerous_leniencies(lenient_headers=True)
        self._in_head = True
        self._head_bytes = 0
        self._head_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn's
        """Begin to wait for the first head."""
        super().connection_made(transport)
        self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._forget_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on, and bound what a head may take."""
        super().data_received(data)
        if not self._in_head or self.transport.is_closing():
            return
        self._head_bytes += len(data)
        if self._head_bytes > HEAD_LIMIT:
            self._refuse(HEAD_TOO_LARGE)
        else:
            self._expect_head()

    def on_message_begin(self) -> None:
        """Begin a head."""
        self._in_head = True
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """End a head; from here on the layer's deadline counts."""
        self._in_head = False
        self._head_bytes = 0
        self._forget_timer()
        super().on_headers_complete()

    def send_400_response(self, msg: str) -> None:
        """Answer what is no HTTP; a request that is complete and under way is answered first."""
        if self._answer_is_due():
            self.cycle.keep_alive = False
        else:
            self._refuse(MALFORMED_REQUEST, msg)

    def _unsupported_upgrade_warning(self) -> None:
        """Answer a request to upgrade as any other (RFC 9110, 7.8), without uvicorn's warnings.

        Java's HTTP client asks for h2c with each one.
        """

    def _answer_is_due(self) -> bool:
        """Tell whether a request has arrived whole and its answer has not gone out whole."""
        cycle: RequestResponseCycle | None = self.cycle  # uvicorn's type leaves out None
        return cycle is not None and not cycle.more_body and not cycle.response_complete

    def _expect_head(self) -> None:
        if self._head_timer is None:
            self._head_timer = self.loop.call_later(HEAD_TIMEOUT_S, self._head_is_late)

    def _forget_timer(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _head_is_late(self) -> None:
        self._head_timer = None
        if self._in_head and not self.transport.is_closing():
            self._refuse(REQUEST_TIMEOUT)

    def _refuse(self, kind: ProblemType, detail: str = "") -> None:
        """Answer without a request, and close."""
        request_id = new_request_id()
        _log.info("connection refused", request_id=request_id, problem=kind.slug)
        status, headers, body = problem_document(Refusal(kind, detail or kind.advice), request_id)
        headers += [
            (b"x-request-id", request_id.encode()),
            (b"content-length", b"%d" % len(body)),
            (b"connection", b"close"),
        ]
        lines = [b"%b: %b\r\n" % header for header in headers]
        self.transport.write(b"".join([STATUS_LINE[status], *lines, b"\r\n", body]))
        self.transport.close()

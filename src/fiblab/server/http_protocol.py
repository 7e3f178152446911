"""HTTP/1.1 on one connection: uvicorn's protocol, made strict where the network is hostile.

What is no HTTP is answered with a problem, like everything else, and never ahead of a request that
is still being answered. A client that owes the rest of a head or a body, or does not read its
answer, has some seconds until it loses its connection.
"""

import asyncio
from functools import partial
from typing import Any, Literal, cast

import httptools
import structlog
from uvicorn._types import ASGI3Application
from uvicorn.protocols.http.httptools_impl import (
    HttpToolsProtocol,
    RequestResponseCycle,
)

from fiblab.observability.request_id import new_request_id
from fiblab.server.client_connection import CONNECTION_KEY, ClientConnection
from fiblab.server.layer import Layer
from fiblab.server.message_framing import (
    BROKEN_BODY,
    HeadRefused,
    check_head,
    check_upgrade,
    host_of_target,
    tame_request_id,
    with_host,
)
from fiblab.server.problem_type import ProblemType
from fiblab.server.problems import (
    HEAD_TOO_LARGE,
    MALFORMED_REQUEST,
    REQUEST_TIMEOUT,
    Refusal,
)
from fiblab.server.refusals import problem_document
from fiblab.server.whole_answer import ANSWER_WHOLE_KEY, answer_whole, answer_without_request

#: Bytes of a request that are no body: request line, headers, the framing of chunks, trailers. The
#: address has a limit of its own, far below.
HEAD_LIMIT = 128 * 1_024
#: Seconds from the connection, or from a head's first byte, to the head's end; and from an answer
#: that did not need the body to the body's end.
HEAD_TIMEOUT_S = 10.0
#: Seconds in which a client must make room for more of its answer (64 KiB), or take its last bytes.
READING_TIMEOUT_S = 30.0

_log = structlog.get_logger()


class StrictHttp(HttpToolsProtocol):
    """One connection, from accept to close; made by uvicorn."""

    def __init__(self, *arguments: Any, **keywords: Any) -> None:  # noqa: ANN401 - uvicorn's own
        super().__init__(*arguments, **keywords)
        self._within: Literal["head", "body"] | None = None
        self._not_body = 0
        self._broken = False
        self._may_at_once = False
        self._arrival: asyncio.TimerHandle | None = None
        self._reading: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn's
        """Begin to wait for the first head."""
        super().connection_made(transport)
        self._client = ClientConnection(transport.abort)
        self._expect_rest()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._forget_arrival()
        self._forget_reading()
        super().connection_lost(exc)
        self._client.when_lost()

    def data_received(self, data: bytes) -> None:
        """Read on, and bound what a head may take."""
        if self._broken:
            return
        self._unset_keepalive_if_required()
        self._may_at_once = True
        self._not_body += len(data)
        try:
            self._feed(tame_request_id(data))
        except httptools.HttpParserError as error:
            self._refuse_bytes(error)
            return
        if self._within and self._not_body > HEAD_LIMIT:
            self._refuse(HEAD_TOO_LARGE)
        elif not self._answering() and self.timeout_keep_alive_task is None:
            self._expect_rest()

    def _feed(self, data: bytes) -> None:
        """Let llhttp read; where a request asks to upgrade it stops, and is told to go on.

        Any request may be answered without the upgrade (RFC 9110, 7.8); Java's HTTP client asks for
        h2c with each one.
        """
        while data:
            try:
                self.parser.feed_data(data)
            except httptools.HttpParserUpgrade as stop:
                data = data[stop.args[0] :]
            else:
                return

    def on_message_begin(self) -> None:
        """Begin a head."""
        self._within = "head"
        super().on_message_begin()
        self.scope[CONNECTION_KEY] = self._client  # type: ignore[typeddict-unknown-key] # ASGI lets servers add

    def on_headers_complete(self) -> None:
        """End a head; from here on the layer's deadline counts."""
        method = self.parser.get_method()
        check_head(self.parser.get_http_version(), method, self.url, self.headers)
        if self.parser.should_upgrade():
            check_upgrade(self.headers)
        host = host_of_target(method, self.url)
        if host is not None:
            self.headers[:] = with_host(self.headers, host)
        self._within = "body"
        self._forget_arrival()
        super().on_headers_complete()
        self.headers = []  # for trailers, which count for nothing

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        """Answer at once what is known by heart, and all else in a task.

        At most one of what was received together, so that a client which sends requests ahead
        holds up nobody; and none that is a connection's last, after which nothing may be read.
        """
        may_at_once, self._may_at_once = self._may_at_once, False
        scope = cast("dict[str, Any]", cycle.scope)
        scope[ANSWER_WHOLE_KEY] = partial(answer_whole, cycle)
        may_at_once = may_at_once and cycle.keep_alive and isinstance(app, Layer)
        if may_at_once and cast("Layer", app).answer_at_once(scope):
            del scope[ANSWER_WHOLE_KEY]  # a cycle of references, which nobody else would break
        else:
            super()._start_asgi_task(cycle, app)

    def on_body(self, body: bytes) -> None:
        """Take a piece of a body, which has limits of its own."""
        self._not_body -= len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        """End a request; one that was answered before its body came leaves the connection idle."""
        super().on_message_complete()
        self._within = None
        self._not_body = 0
        self._forget_arrival()
        if not self._answering() and not self.transport.is_closing():
            self.timeout_keep_alive_task = self.loop.call_later(
                self.timeout_keep_alive, self.timeout_keep_alive_handler
            )

    def on_response_complete(self) -> None:
        """End an answer; the client may still owe the request's end, or the next one's."""
        super().on_response_complete()
        if self.transport.is_closing():
            self._expect_reading()
        elif self._within and not self._answering():
            self._unset_keepalive_if_required()
            self._expect_rest()

    def timeout_keep_alive_handler(self) -> None:
        """Close an idle connection, whatever its client has not read."""
        super().timeout_keep_alive_handler()
        self._cut_if_unread()

    def pause_writing(self) -> None:
        """Wait for a client that does not read."""
        super().pause_writing()
        self._expect_reading()

    def resume_writing(self) -> None:
        """Go on with a client that reads."""
        super().resume_writing()
        self._forget_reading()

    def _answering(self) -> bool:
        """Tell whether a request is under way: its head has come, its answer has not gone out."""
        cycle: RequestResponseCycle | None = self.cycle  # uvicorn's type leaves out None
        return cycle is not None and not cycle.response_complete

    def _expect_rest(self) -> None:
        if self._arrival is None:
            self._arrival = self.loop.call_later(HEAD_TIMEOUT_S, self._is_late)

    def _forget_arrival(self) -> None:
        if self._arrival is not None:
            self._arrival.cancel()
            self._arrival = None

    def _is_late(self) -> None:
        self._arrival = None
        if not self.transport.is_closing():
            self._refuse(REQUEST_TIMEOUT)

    def _expect_reading(self) -> None:
        if self._reading is None and self.transport.get_write_buffer_size():
            self._reading = self.loop.call_later(READING_TIMEOUT_S, self._cut_if_unread)

    def _forget_reading(self) -> None:
        if self._reading is not None:
            self._reading.cancel()
            self._reading = None

    def _cut_if_unread(self) -> None:
        self._reading = None
        if self.transport.get_write_buffer_size():
            self.transport.abort()

    def _refuse_bytes(self, error: httptools.HttpParserError) -> None:
        """Refuse what llhttp, or a check of the head within its callback, does not take."""
        reason = error.__context__
        if isinstance(reason, HeadRefused):
            self._refuse(reason.problem, str(reason))
        else:
            self._refuse(MALFORMED_REQUEST)

    def _refuse(self, kind: ProblemType, detail: str = "") -> None:
        """Read no more; what is under way is answered, and is the last."""
        self._broken = True
        if self._answering():
            self.cycle.keep_alive = False
            if self.cycle.more_body:
                self._break_off_body()
            return
        if self._within != "body":  # a request that was answered needs no second answer
            self._answer(kind, detail or kind.advice)
        self.transport.close()
        self._expect_reading()

    def _break_off_body(self) -> None:
        """Let who reads the body know; who does not need it may answer as ever."""
        self.cycle.scope[BROKEN_BODY] = True  # type: ignore[typeddict-unknown-key] # ASGI lets servers add
        self.cycle.more_body = False
        self.cycle.message_event.set()

    def _answer(self, kind: ProblemType, detail: str) -> None:
        """Answer without a request."""
        request_id = new_request_id()
        _log.info("connection refused", request_id=request_id, problem=kind.slug)
        document = problem_document(Refusal(kind, detail), request_id)
        self.transport.write(answer_without_request(document, request_id))

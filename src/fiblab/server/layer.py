"""What all answers have in common, in one ASGI layer around the application.

request id, trace and client address -> may it come in? -> deadline [ application ]
    -> headers that every answer carries -> log line and metrics

One layer and not six: each wrapping of an application costs every request some microseconds.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from fiblab.observability.request_id import is_well_formed, new_request_id
from fiblab.observability.trace import TraceContext, parse_traceparent
from fiblab.server.allowed_hosts import AllowedHosts
from fiblab.server.answer import CLOSE, Answer, CommonHeaders
from fiblab.server.asgi import App, Receive, Scope, Send
from fiblab.server.by_heart import ByHeart, nothing_by_heart
from fiblab.server.client_address import ClientAddresses
from fiblab.server.cors import Cors
from fiblab.server.deadlines import Deadline, Deadlines
from fiblab.server.drain import Drain
from fiblab.server.exchange import SCOPE_KEY, Exchange, RawHeaders
from fiblab.server.problems import (
    DEADLINE_EXCEEDED,
    FORBIDDEN,
    MALFORMED_REQUEST,
    MISDIRECTED_HOST,
    NOT_FOUND,
    OUTCOME_UNKNOWN,
    OVERLOADED,
    PATH_TOO_LONG,
    REQUEST_TIMEOUT,
    Refusal,
    retry_after,
)

OnAnswer = Callable[[Exchange, str, int, float], None]

#: Bytes of path and query; the longest address that this API gives out has some 100.
ADDRESS_LIMIT = 8_192
#: Seconds until an overloaded server is worth another try.
OVERLOAD_RETRY_S = 1.0

#: Answered under any host name, as orchestrators know only the address, and in any overload.
PROBES = frozenset({b"/livez", b"/readyz", b"/metrics"})


@dataclass(frozen=True, slots=True)
class LayerParts:
    """What the layer works with."""

    app: App
    cors: Cors
    clients: ClientAddresses
    drain: Drain
    security: Sequence[tuple[bytes, bytes]]
    hosts: AllowedHosts
    deadline_s: float
    in_flight_limit: int
    on_answer: OnAnswer
    """Told of each answer: the exchange, its path, the status, the seconds it took."""
    by_heart: ByHeart = nothing_by_heart
    """What is answered without asking the application."""


class Layer:
    """An ASGI application around another; see the module for what it does, in which order."""

    def __init__(self, parts: LayerParts) -> None:
        self._parts = parts
        self._deadlines = Deadlines(parts.deadline_s)
        self._common_headers = CommonHeaders(parts.security, parts.cors, parts.drain)
        self.in_flight = 0
        """Requests that are being answered now."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or pass on what is none (the life cycle's messages)."""
        if scope["type"] != "http":
            await self._parts.app(scope, receive, send)
            return
        started = time.perf_counter()
        exchange = self._open(scope)

        def settle(status: int) -> None:
            self.in_flight -= 1
            seconds = time.perf_counter() - started
            self._parts.on_answer(exchange, scope["path"], status, seconds)

        answer = Answer(scope, send, exchange, self._common_headers, settle)
        exchange.answer_whole = answer.send_whole
        self.in_flight += 1
        try:
            await self._answer_in_time(scope, receive, exchange, answer)
        finally:
            answer.settle()
            answer.let_go()

    def answer_at_once(self, scope: Scope) -> bool:
        """Answer what is known by heart, in no task of its own; False: nothing was done."""
        started = time.perf_counter()
        known = None if self._parts.drain.begun else self._parts.by_heart(scope)
        if known is None:
            return False
        exchange = self._open(scope)
        if self._refusal(scope, exchange) is not None:
            return False
        status, headers, body = known(exchange)
        own = self._common_headers.with_own(exchange, status, headers, body)
        if not self._common_headers.write(scope, status, own, body):
            return False
        self._parts.on_answer(exchange, scope["path"], status, time.perf_counter() - started)
        return True

    def _open(self, scope: Scope) -> Exchange:
        headers = _headers(scope["headers"])
        peer = scope["client"][0] if scope["client"] else None
        exchange = Exchange(
            method=scope["method"],
            headers=headers,
            request_id=_request_id(headers.get(b"x-request-id")),
            traceparent=_traceparent(headers.get(b"traceparent")),
            client=self._parts.clients.find(peer, headers.get(b"x-forwarded-for")),
            deadline=Deadline(self._deadlines),
            peer=peer,
        )
        scope[SCOPE_KEY] = exchange
        return exchange

    async def _answer_in_time(
        self, scope: Scope, receive: Receive, exchange: Exchange, answer: Answer
    ) -> None:
        try:
            with exchange.deadline:
                preflight = self._parts.cors.preflight(exchange.method, exchange.headers)
                refusal = self._refusal(scope, exchange)
                if refusal is not None:
                    await answer.refuse(refusal)
                elif preflight is not None:
                    await answer.send_whole(204, preflight, b"")
                else:
                    await self._parts.app(scope, receive, answer.send)
        except TimeoutError:
            if answer.status:
                raise  # half an answer is sent: the connection can only be cut
            await answer.refuse(_late(exchange))
        except asyncio.CancelledError:
            # Told a second time to stop, the process ends without the application's answer.
            if answer.status or not self._parts.drain.begun:
                raise
            await answer.refuse(Refusal(OUTCOME_UNKNOWN, OUTCOME_UNKNOWN.advice, headers=[CLOSE]))

    def _refusal(self, scope: Scope, exchange: Exchange) -> Refusal | None:
        """Find a reason not to let the request in at all."""
        refusal = _wrong_address(scope, exchange)
        if refusal or scope["raw_path"] in PROBES:
            return refusal
        if not self._parts.hosts.answers_to(exchange.headers.get(b"host", b"")):
            return Refusal(MISDIRECTED_HOST, MISDIRECTED_HOST.advice, headers=[CLOSE])
        if self.in_flight > self._parts.in_flight_limit:
            wait = retry_after(OVERLOAD_RETRY_S)
            return Refusal(OVERLOADED, OVERLOADED.advice, headers=[wait, CLOSE])
        if self._parts.cors.refuses(exchange.method, exchange.headers):
            return Refusal(FORBIDDEN, FORBIDDEN.advice)
        return None


def _wrong_address(scope: Scope, exchange: Exchange) -> Refusal | None:
    path: bytes = scope["raw_path"]
    repeated = len(exchange.headers) < len(scope["headers"])
    if repeated and sum(name == b"host" for name, _ in scope["headers"]) > 1:
        return Refusal(MALFORMED_REQUEST, "There is more than one Host header.", headers=[CLOSE])
    if len(path) + len(scope["query_string"]) > ADDRESS_LIMIT:
        return Refusal(PATH_TOO_LONG, PATH_TOO_LONG.advice, headers=[CLOSE])
    if path.startswith(b"/api/") and path.endswith(b"/"):
        return Refusal(NOT_FOUND, "No address of this API ends in a slash.")
    return None


def _late(exchange: Exchange) -> Refusal:
    if exchange.reading_body:
        return Refusal(REQUEST_TIMEOUT, REQUEST_TIMEOUT.advice, headers=[CLOSE])
    wait = retry_after(OVERLOAD_RETRY_S)
    return Refusal(DEADLINE_EXCEEDED, DEADLINE_EXCEEDED.advice, headers=[wait])


def _headers(raw: RawHeaders) -> dict[bytes, bytes]:
    """Index the headers; a repeated one means its values joined (RFC 9110, 5.2)."""
    headers = dict(raw)
    if len(headers) < len(raw):
        values: dict[bytes, list[bytes]] = {}
        for name, value in raw:
            values.setdefault(name, []).append(value)
        headers = {name: b", ".join(several) for name, several in values.items()}
    return headers


def _request_id(header: bytes | None) -> str:
    if header is None:
        return new_request_id()
    text = header.decode("latin-1")
    return text if is_well_formed(text) else new_request_id()


def _traceparent(header: bytes | None) -> str:
    parent = None if header is None else parse_traceparent(header.decode("latin-1"))
    trace = TraceContext.new() if parent is None else parent.child()
    return trace.traceparent()

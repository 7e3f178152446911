"""What all answers have in common, in one ASGI layer around the application.

request id, trace and client address -> may it come in? -> deadline [ application ]
    -> headers that every answer carries -> log line and metrics

One layer and not six: each wrapping of an application costs every request some microseconds.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from fiblab.observability.request_id import is_well_formed, new_request_id
from fiblab.observability.trace import TraceContext, parse_traceparent
from fiblab.server.allowed_hosts import AllowedHosts
from fiblab.server.client_address import ClientAddresses
from fiblab.server.cors import Cors
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
from fiblab.server.refusals import problem_answer

Scope = dict[str, Any]
Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
OnAnswer = Callable[[Exchange, str, int, float], None]

#: Bytes of path and query; the longest address that this API gives out has some 100.
ADDRESS_LIMIT = 8_192
#: Seconds until an overloaded server is worth another try.
OVERLOAD_RETRY_S = 1.0

#: Answered under any host name, as orchestrators know only the address, and in any overload.
PROBES = frozenset({b"/livez", b"/readyz", b"/metrics"})

CLOSE = (b"connection", b"close")


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


class Layer:
    """An ASGI application around another; see the module for what it does, in which order."""

    def __init__(self, parts: LayerParts) -> None:
        self._parts = parts
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

        answer = _Answer(send, exchange, self._common_headers, settle)
        self.in_flight += 1
        try:
            await self._answer_in_time(scope, receive, exchange, answer)
        finally:
            answer.settle()

    def _open(self, scope: Scope) -> Exchange:
        headers = _headers(scope["headers"])
        peer = scope["client"][0] if scope["client"] else None
        exchange = Exchange(
            method=scope["method"],
            headers=headers,
            request_id=_request_id(headers.get(b"x-request-id")),
            traceparent=_traceparent(headers.get(b"traceparent")),
            client=self._parts.clients.find(peer, headers.get(b"x-forwarded-for")),
            timeout=asyncio.timeout(self._parts.deadline_s),
            peer=peer,
        )
        scope[SCOPE_KEY] = exchange
        return exchange

    def _common_headers(self, exchange: Exchange) -> RawHeaders:
        return [
            (b"x-request-id", exchange.request_id.encode()),
            (b"traceparent", exchange.traceparent.encode()),
            *self._parts.security,
            *self._parts.cors.headers(exchange.headers),
            *([CLOSE] if self._parts.drain.begun else []),
        ]

    async def _answer_in_time(
        self, scope: Scope, receive: Receive, exchange: Exchange, answer: "_Answer"
    ) -> None:
        try:
            async with exchange.timeout:
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
        refusal = _wrong_address(scope)
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


class _Answer:
    """The way out: adds the common headers, and knows whether an answer has begun."""

    def __init__(
        self,
        send: Send,
        exchange: Exchange,
        common_headers: Callable[[Exchange], RawHeaders],
        on_settled: Callable[[int], None],
    ) -> None:
        self._send = send
        self._exchange = exchange
        self._common_headers = common_headers
        self._on_settled = on_settled
        self._settled = False
        self.status = 0
        """0 until the answer begins."""

    async def send(self, message: Message) -> None:
        """Send one ASGI message; an answer that has begun has no deadline any more."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self._exchange.timeout.reschedule(None)
            message["headers"] = [*message["headers"], *self._common_headers(self._exchange)]
            if self._exchange.endless:
                self.settle()
        await self._send(message)

    def settle(self) -> None:
        """Count the answer, once: where it ends, or where it begins to be endless."""
        if not self._settled:
            self._settled = True
            self._on_settled(self.status)

    async def send_whole(self, status: int, headers: RawHeaders, body: bytes) -> None:
        """Send an answer of the layer's own."""
        self.status = status
        length = [] if status == 204 else [(b"content-length", b"%d" % len(body))]  # noqa: PLR2004 - No Content
        start = {
            "headers": [*headers, *length, *self._common_headers(self._exchange)],
            "status": status,
        }
        await self._send({"type": "http.response.start", **start})
        await self._send({"type": "http.response.body", "body": body})

    async def refuse(self, refusal: Refusal) -> None:
        """Send a problem."""
        await self.send_whole(*problem_answer(refusal, self._exchange))


def _wrong_address(scope: Scope) -> Refusal | None:
    path: bytes = scope["raw_path"]
    if sum(name == b"host" for name, _ in scope["headers"]) > 1:
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
    text = "" if header is None else header.decode("latin-1")
    return text if is_well_formed(text) else new_request_id()


def _traceparent(header: bytes | None) -> str:
    parent = None if header is None else parse_traceparent(header.decode("latin-1"))
    trace = TraceContext.new() if parent is None else parent.child()
    return trace.traceparent()

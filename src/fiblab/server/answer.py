"""The way out: what every answer carries, and how it is sent and counted."""

from collections.abc import Callable, Sequence

from fiblab.server.asgi import Message, Scope, Send
from fiblab.server.cors import Cors
from fiblab.server.drain import Drain
from fiblab.server.exchange import Exchange, RawHeaders
from fiblab.server.problems import Refusal
from fiblab.server.refusals import problem_answer
from fiblab.server.whole_answer import ANSWER_WHOLE_KEY, header_lines

CLOSE = (b"connection", b"close")

#: Statuses of answers without a body, nor its length: No Content, Not Modified.
BODILESS = frozenset({204, 304})


class CommonHeaders:
    """What every answer carries: some of it the same for all, and written once."""

    def __init__(self, constant: Sequence[tuple[bytes, bytes]], cors: Cors, drain: Drain) -> None:
        self.constant = list(constant)
        self.constant_lines = header_lines(self.constant)
        self._cors = cors
        self._drain = drain

    def of(self, exchange: Exchange) -> RawHeaders:
        """Return those of one answer."""
        headers = [
            (b"x-request-id", exchange.request_id.encode()),
            (b"traceparent", exchange.traceparent.encode()),
            *self._cors.headers(exchange.headers),
        ]
        if self._drain.begun:
            headers.append(CLOSE)
        return headers

    def with_own(
        self, exchange: Exchange, status: int, headers: RawHeaders, body: bytes
    ) -> RawHeaders:
        """Return all headers of a whole answer but the constant ones."""
        length = [] if status in BODILESS else [(b"content-length", b"%d" % len(body))]
        return [*headers, *self.of(exchange), *length]

    def write(self, scope: Scope, status: int, own: RawHeaders, body: bytes) -> bool:
        """Write a whole answer if the server can do so now; False: nothing was done."""
        answer_whole: Callable[[int, bytes, bytes], bool] | None = scope.get(ANSWER_WHOLE_KEY)
        lines = header_lines(own) + self.constant_lines
        return answer_whole is not None and answer_whole(status, lines, body)


class Answer:
    """The way out: adds the common headers, and knows whether an answer has begun."""

    def __init__(
        self,
        scope: Scope,
        send: Send,
        exchange: Exchange,
        common_headers: CommonHeaders,
        on_settled: Callable[[int], None],
    ) -> None:
        self._scope = scope
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
            self._exchange.deadline.lift()
            common = self._common_headers
            common_headers = [*common.of(self._exchange), *common.constant]
            message["headers"] = [*message["headers"], *common_headers]
            if self._exchange.endless:
                self.settle()
        await self._send(message)

    def settle(self) -> None:
        """Count the answer, once: where it ends, or where it begins to be endless."""
        if not self._settled:
            self._settled = True
            self._on_settled(self.status)

    def let_go(self) -> None:
        """Forget who refers to the answer in turn: a cycle would be the garbage collector's."""
        self._exchange.answer_whole = None
        self._scope.pop(ANSWER_WHOLE_KEY, None)

    async def send_whole(self, status: int, headers: RawHeaders, body: bytes) -> None:
        """Send an answer that is whole, in one write if the server can."""
        self.status = status
        own = self._common_headers.with_own(self._exchange, status, headers, body)
        if self._common_headers.write(self._scope, status, own, body):
            return
        self._exchange.deadline.lift()
        headers = [*own, *self._common_headers.constant]
        await self._send({"type": "http.response.start", "status": status, "headers": headers})
        await self._send({"type": "http.response.body", "body": body})

    async def refuse(self, refusal: Refusal) -> None:
        """Send a problem."""
        await self.send_whole(*problem_answer(refusal, self._exchange))

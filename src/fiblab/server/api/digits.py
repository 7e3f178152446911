"""/api/v1/fibonacci/{index}/digits: the whole number as text, in one piece or in ranges."""

import asyncio
import zlib
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass

import zstandard
from blacksheep import Request, Response, StreamedContent
from blacksheep.server.routing import Router

from fiblab.fibonacci.digits import digit_count
from fiblab.server.answers import (
    IMMUTABLE,
    VARY_ENCODING,
    entity_tag,
    has_it_already,
    not_modified,
)
from fiblab.server.api.fibonacci import absent, calculating_answer
from fiblab.server.breaker import Breaker
from fiblab.server.byte_range import ByteRange, requested_range
from fiblab.server.exchange import Exchange, RawHeaders, exchange_of
from fiblab.server.fields import path_index
from fiblab.server.in_time import in_time
from fiblab.server.looking_up import LookUp
from fiblab.server.negotiation import COMPRESS_FROM, LEVEL, Coding, accepted_coding
from fiblab.server.problems import GIVEN_UP, Refusal
from fiblab.server.wire import (
    FibonacciAbsent,
    FibonacciCalculating,
    FibonacciDone,
    FibonacciFailed,
)
from fiblab.storage import Values

TEXT = b"text/plain; charset=us-ascii"
ACCEPT_RANGES = (b"accept-ranges", b"bytes")

#: Bytes sent, or compressed, between two looks at everything else: about a millisecond's work.
CHUNK_BYTES = 128 * 1_024

#: zlib writes the gzip format when told its largest window plus 16.
GZIP_WINDOW = zlib.MAX_WBITS + 16


@dataclass(frozen=True, slots=True)
class DigitsApi:
    """What the address of digits works with."""

    look_up: LookUp
    values: Values
    redis_breaker: Breaker
    max_index: int


def add_digits(router: Router, api: DigitsApi) -> None:
    """Add the call."""

    @router.route("/api/v1/fibonacci/{index}/digits", methods=["GET", "HEAD"])
    async def get_fibonacci_digits(request: Request) -> Response:
        index = path_index(request, api.max_index)
        exchange = exchange_of(request)
        digits = await _digits(api, index, read=exchange.method != "HEAD")
        if isinstance(digits, FibonacciCalculating):
            return calculating_answer(exchange, digits)
        return _answer(exchange, index, digits)


async def _digits(api: DigitsApi, index: int, *, read: bool) -> bytes | FibonacciCalculating:
    """Find the digits, empty where they exist and are not to be read."""
    item = await api.look_up.one(index)
    match item:
        case FibonacciCalculating():
            return item
        case FibonacciAbsent():
            raise absent(index)
        case FibonacciFailed():
            detail = f"F({index}) was given up after {item.attempts} attempts"
            raise Refusal(GIVEN_UP, f"{detail}: {item.reason.detail}")
        case FibonacciDone():
            return item.value.encode()
    if not read:
        return b""
    with api.redis_breaker:
        text = await in_time(api.values.get(index))  # it may read PostgreSQL
    # It may have expired, or been found corrupt, since it was looked up.
    return await api.look_up.enqueue_again(index) if text is None else text.encode()


def _answer(exchange: Exchange, index: int, digits: bytes) -> Response:
    size = digit_count(index)
    plain_tag = entity_tag("digits", index)
    part = _part(exchange, plain_tag, size)
    coding = "identity" if part else _coding(exchange, size)
    tag = entity_tag("digits", index, coding)
    if has_it_already(exchange, tag):
        return not_modified(tag)
    headers: RawHeaders = [(b"etag", tag), IMMUTABLE, ACCEPT_RANGES, VARY_ENCODING]
    if part:
        headers.append((b"content-range", part.content_range(size)))
        piece = memoryview(digits)[part.first : part.last + 1]
        return _streamed(206, headers, lambda: _chunks(piece), part.length)
    if coding == "identity":
        return _streamed(200, headers, lambda: _chunks(memoryview(digits)), size)
    headers.append((b"content-encoding", coding.encode()))
    return _streamed(200, headers, lambda: _compressed(memoryview(digits), coding), -1)


def _part(exchange: Exchange, tag: bytes, size: int) -> ByteRange | None:
    """Read Range, unless If-Range says that the client's other parts are of something else."""
    if exchange.headers.get(b"if-range", tag) != tag:
        return None
    return requested_range(exchange.header(b"range"), size)


def _coding(exchange: Exchange, size: int) -> Coding:
    if size < COMPRESS_FROM or exchange.method == "HEAD":
        return "identity"
    return accepted_coding(exchange.header(b"accept-encoding"))


def _streamed(
    status: int, headers: RawHeaders, chunks: Callable[[], Iterator[bytes]], length: int
) -> Response:
    async def stream() -> AsyncIterator[bytes]:
        for chunk in chunks():
            yield chunk
            await asyncio.sleep(0)  # everyone else has a turn between two chunks

    return Response(status, headers, StreamedContent(TEXT, stream, length))


def _chunks(digits: memoryview) -> Iterator[bytes]:
    for at in range(0, len(digits), CHUNK_BYTES):
        yield bytes(digits[at : at + CHUNK_BYTES])


def _compressed(digits: memoryview, coding: Coding) -> Iterator[bytes]:
    compressor = (
        zstandard.ZstdCompressor(level=LEVEL).compressobj()
        if coding == "zstd"
        else zlib.compressobj(LEVEL, zlib.DEFLATED, GZIP_WINDOW)
    )
    for chunk in _chunks(digits):
        if compressed := compressor.compress(chunk):
            yield compressed
    yield compressor.flush()

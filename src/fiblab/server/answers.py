"""Answers as BlackSheep responses: JSON with compression where it pays, entity tags, 304."""

from collections.abc import Sequence

import msgspec
from blacksheep import Content, Response

from fiblab.server.exchange import Exchange, RawHeaders
from fiblab.server.negotiation import COMPRESS_FROM, Coding, accepted_coding, compress
from fiblab.server.wire import encode

JSON = b"application/json"
VARY_ENCODING = (b"vary", b"accept-encoding")
NO_STORE = (b"cache-control", b"no-store")

#: A year, the longest that caches heed; a Fibonacci number never changes.
IMMUTABLE = (b"cache-control", b"public, max-age=31536000, immutable")


def json_answer(
    exchange: Exchange,
    answer: msgspec.Struct,
    *,
    status: int = 200,
    headers: Sequence[tuple[bytes, bytes]] = (),
) -> Response:
    """Answer with a wire type that may be another one a moment later."""
    body, _, coding_headers = _encode(exchange, answer)
    return Response(status, [NO_STORE, *coding_headers, *headers], Content(JSON, body))


def immutable_answer(
    exchange: Exchange,
    answer: msgspec.Struct,
    kind: str,
    index: int,
    headers: Sequence[tuple[bytes, bytes]] = (),
) -> Response:
    """Answer with what will never change, or with 304 to who has it."""
    body, coding, coding_headers = _encode(exchange, answer)
    tag = entity_tag(kind, index, coding)
    if has_it_already(exchange, tag):
        return not_modified(tag)
    sent = [(b"etag", tag), IMMUTABLE, *coding_headers, *headers]
    return Response(200, sent, Content(JSON, body))


def _encode(exchange: Exchange, answer: msgspec.Struct) -> tuple[bytes, Coding, RawHeaders]:
    body = encode(answer)
    if len(body) < COMPRESS_FROM:
        return body, "identity", []
    coding = accepted_coding(exchange.header(b"accept-encoding"))
    if coding == "identity":
        return body, coding, [VARY_ENCODING]
    headers = [VARY_ENCODING, (b"content-encoding", coding.encode())]
    return compress(body, coding), coding, headers


def entity_tag(kind: str, index: int, coding: Coding = "identity") -> bytes:
    """Make the strong ETag of one representation of F(index).

    The value is a function of the index, so that the tag need not be a digest of it.
    """
    suffix = "" if coding == "identity" else f"-{coding}"
    return f'"{kind}-{index}{suffix}"'.encode()


def has_it_already(exchange: Exchange, tag: bytes) -> bool:
    """Tell whether If-None-Match names this tag, compared weakly (RFC 9110, 13.1.2)."""
    asked = exchange.headers.get(b"if-none-match")
    if asked is None:
        return False
    tags = [item.strip().removeprefix(b"W/") for item in asked.split(b",")]
    return tag in tags or tags == [b"*"]


def not_modified(tag: bytes) -> Response:
    """Answer 304."""
    return Response(304, [(b"etag", tag), IMMUTABLE])


def written(response: Response) -> tuple[RawHeaders, bytes]:
    """Write the headers and the body of a response."""
    headers, content = [*response.headers], response.content
    if content is None:
        return headers, b""
    return [*headers, (b"content-type", content.type)], content.body

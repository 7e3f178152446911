"""Where a request begins and ends: what llhttp lets through and RFC 9112 does not.

A proxy in front may read such a request otherwise than llhttp does; the two would then disagree on
where the next one begins (request smuggling), so that it is refused.
"""

import re
from collections.abc import Sequence
from typing import Final

from fiblab.server.exchange import RawHeaders
from fiblab.server.problem_type import ProblemType
from fiblab.server.problems import HEAD_TOO_LARGE, MALFORMED_REQUEST, PATH_TOO_LONG

#: Headers of one request; browsers send some twenty.
HEADER_COUNT_LIMIT = 100
#: Bytes of a target, beyond which httptools cannot read it.
TARGET_LIMIT = 65_535

#: Set in the scope of a request whose body stopped being HTTP before its end.
BROKEN_BODY: Final = "fiblab.broken_body"

_VERSIONS = frozenset({"1.0", "1.1"})

#: `http://host/path`, as clients send it to proxies (RFC 9112, 3.2.2).
_ABSOLUTE_TARGET = re.compile(rb"https?://([^/?#]+)/[^#]*", re.IGNORECASE)

_CONTROLS = bytes(sorted({*range(0x20), 0x7F} - set(b"\t\r\n")))
#: Of `bytes.translate`, which gives back the very text that has no control character, at once.
_TAMED = bytes.maketrans(_CONTROLS, b"?" * len(_CONTROLS))
#: The header with its folded lines.
_REQUEST_ID_LINE = re.compile(rb"(?<=\n)x-request-id:(?:[^\r\n]|\r\n[\t ])*", re.IGNORECASE)
_REQUEST_ID_CONTROLS = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")


class HeadRefused(Exception):  # noqa: N818 - a refusal is an answer, not a fault
    """A request's head cannot be taken; `str()` of it says why."""

    def __init__(self, problem: ProblemType, detail: str) -> None:
        super().__init__(detail)
        self.problem = problem


def check_head(version: str, method: bytes, target: bytes, headers: RawHeaders) -> None:
    """Raise HeadRefused for what is no head of HTTP/1.1 or HTTP/1.0."""
    if version not in _VERSIONS:
        raise HeadRefused(MALFORMED_REQUEST, "Only HTTP/1.1 and HTTP/1.0 are spoken here.")
    if method == b"CONNECT":
        raise HeadRefused(MALFORMED_REQUEST, "This server is no proxy: it takes no CONNECT.")
    if len(headers) > HEADER_COUNT_LIMIT:
        raise HeadRefused(HEAD_TOO_LARGE, f"At most {HEADER_COUNT_LIMIT} headers are read.")
    if len(target) > TARGET_LIMIT:
        raise HeadRefused(PATH_TOO_LONG, PATH_TOO_LONG.advice)
    if b"#" in target:
        raise HeadRefused(MALFORMED_REQUEST, "A request's target has no fragment.")
    for name, value in headers:
        if name == b"transfer-encoding" and (version == "1.0" or value.lower() != b"chunked"):
            raise HeadRefused(MALFORMED_REQUEST, "Of transfer codings only `chunked` is read.")


def check_upgrade(headers: RawHeaders) -> None:
    """Raise HeadRefused where a wish to upgrade, which llhttp takes for granted, has a body.

    To llhttp the head is then the end of HTTP: what follows would be read as a request.
    """
    names = {name for name, value in headers if value != b"0"}
    if not names.isdisjoint({b"content-length", b"transfer-encoding"}):
        detail = "A request with a body cannot ask for an upgrade: send it as HTTP/1.1."
        raise HeadRefused(MALFORMED_REQUEST, detail)


def host_of_target(method: bytes, target: bytes) -> bytes | None:
    """Return the host that an absolute target names, None for a path; else raise HeadRefused."""
    if target.startswith(b"/") or (target == b"*" and method == b"OPTIONS"):
        return None
    absolute = _ABSOLUTE_TARGET.fullmatch(target)
    if absolute is None:
        raise HeadRefused(MALFORMED_REQUEST, "A request's target is a path, or http://host/path.")
    return absolute[1]


def with_host(headers: Sequence[tuple[bytes, bytes]], host: bytes) -> RawHeaders:
    """Replace the Host header, as RFC 9112, 3.2.2 demands for an absolute target."""
    return [*((name, value) for name, value in headers if name != b"host"), (b"host", host)]


def tame_request_id(data: bytes) -> bytes:
    """Replace control characters within X-Request-ID by `?`: they cost a request its name only.

    No byte is added or taken away, so that the request ends where it did. A header that comes in
    two pieces is not found; llhttp then refuses it, as it does control characters anywhere else.
    """
    if data.translate(_TAMED) is data and b"\n " not in data:
        return data
    return _REQUEST_ID_LINE.sub(lambda line: _REQUEST_ID_CONTROLS.sub(b"?", line[0]), data)

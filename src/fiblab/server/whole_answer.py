"""An answer in one write.

ASGI sends an answer in two messages, and uvicorn writes each of them: two calls of the system and
two packets for an answer of some hundred bytes. Who has the whole of it at hand may say so instead.
"""

from typing import Final

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, RequestResponseCycle

from fiblab.server.exchange import RawHeaders

#: Where the protocol leaves `answer_whole` for a request, in its ASGI scope.
ANSWER_WHOLE_KEY: Final = "fiblab.answer_whole"

#: What must not be in a field's name or value (RFC 9110, 5.5): all controls but HTAB.
_CONTROLS = bytes(sorted({*range(0x20), 0x7F} - {ord("\t")}))
_LINE_END = b"\r\n"

_CLOSE_LINE = b"connection: close\r\n"


class ForbiddenByteError(ValueError):
    """A header has a control character in it, with which it could end where it should not."""


def header_lines(headers: RawHeaders) -> bytes:
    """Write headers as they are sent; raises ForbiddenByteError."""
    text = b"".join([b"%b: %b\r\n" % header for header in headers])
    if len(text.translate(None, _CONTROLS)) != len(text) - len(_LINE_END) * len(headers):
        raise ForbiddenByteError(f"there is a control character in {headers!r}")
    return text


def answer_whole(cycle: RequestResponseCycle, status: int, lines: bytes, body: bytes) -> bool:
    """Answer one of uvicorn's requests: status, header lines (length included), body.

    Returns False, having done nothing, where the client does not read: ASGI's messages would wait.
    """
    if cycle.flow.write_paused:
        return False
    if cycle.disconnected:
        return True
    cycle.waiting_for_100_continue = False
    cycle.response_started = cycle.response_complete = True
    if _CLOSE_LINE in lines:
        cycle.keep_alive = False
    elif not cycle.keep_alive:
        lines += _CLOSE_LINE
    date = header_lines(cycle.default_headers)  # uvicorn's, written anew each second
    sent_body = b"" if cycle.scope["method"] == "HEAD" else body
    cycle.transport.write(b"%b%b%b\r\n%b" % (STATUS_LINE[status], date, lines, sent_body))
    cycle.message_event.set()
    if not cycle.keep_alive:
        cycle.transport.close()
    cycle.on_response()
    return True


def answer_without_request(document: tuple[int, RawHeaders, bytes], request_id: str) -> bytes:
    """Write what a connection gets, and is closed with, that sent no request at all."""
    status, headers, body = document
    lines = header_lines(
        [
            *headers,
            (b"x-request-id", request_id.encode()),
            (b"content-length", b"%d" % len(body)),
        ]
    )
    return b"%b%b%b\r\n%b" % (STATUS_LINE[status], lines, _CLOSE_LINE, body)

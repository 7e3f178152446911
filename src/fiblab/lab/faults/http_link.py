"""The way from clients to a server: operations are requests, by their method and path.

Source: RFC 9112, for requests and answers whose heads tell their length.
"""

from collections.abc import Callable

from fiblab.lab.faults.framing import Frame, Framer
from fiblab.lab.faults.link import Link

_HEAD_END = b"\r\n\r\n"
#: Bytes within which a head must end, as servers ask, too.
_HEAD_LIMIT = 64 * 1024


class HttpLink(Link):
    """A link that reads HTTP/1.1, one request after the other, none of them in chunks."""

    def new_framers(self) -> tuple[Framer, Framer]:
        """Follow both directions by the lengths that their heads tell."""
        return HttpFramer(_request_name), HttpFramer(_answer_name)


class HttpFramer(Framer):
    """Follows one direction; `name` names a frame from the first line of its head.

    ValueError for a head that does not end, or a body that comes in chunks, whose end it does not
    look for: the connection ends.
    """

    def __init__(self, name: Callable[[str], str]) -> None:
        self._name = name
        self._head = b""  # of a message whose head has not wholly come
        self._skip = 0  # bytes of a body that are still to come
        self._current = ""  # the message whose body that is

    def feed(self, data: bytes) -> list[Frame]:
        """See Framer."""
        frames: list[Frame] = []
        at = 0
        while at < len(data):
            if not self._skip:
                at = self._read_head(data, at)
                if self._head:
                    break
            come = min(self._skip, len(data) - at)
            at += come
            self._skip -= come
            if not self._skip:
                frames.append(Frame(self._current, at))
        return frames

    def _read_head(self, data: bytes, at: int) -> int:
        """Read the next head; return where it ends, all of `data` where it goes on."""
        known = len(self._head)
        head = self._head + data[at:]
        end = head.find(_HEAD_END)
        if end < 0:
            if len(head) > _HEAD_LIMIT:
                raise ValueError("a message's head is too long")
            self._head = head
            return len(data)
        self._head = b""
        first, *lines = head[:end].decode("latin-1").split("\r\n")
        self._current, self._skip = self._name(first), _body_length(lines)
        return at + end + len(_HEAD_END) - known


def _body_length(lines: list[str]) -> int:
    headers = {name.lower(): value.strip() for name, _, value in (x.partition(":") for x in lines)}
    if "transfer-encoding" in headers:
        raise ValueError("a body in chunks is not followed")
    return int(headers.get("content-length", "0"))


def _request_name(line: str) -> str:
    """Name a request `POST /api/v1/fibonacci/40`, without its query."""
    method, address = line.split(" ")[:2]
    return f"{method} {address.partition('?')[0]}"


def _answer_name(_line: str) -> str:
    return "answer"

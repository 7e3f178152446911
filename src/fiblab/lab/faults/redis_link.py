"""The way to Redis: operations are commands, and scripts by their names."""

import re
from collections.abc import Callable
from functools import cache
from importlib.resources import files

from fiblab.lab.faults.framing import Frame, Framer
from fiblab.lab.faults.link import Link
from fiblab.redis import load_script

#: Packages that bring scripts, each in a folder `lua`.
SCRIPT_PACKAGES = ("fiblab.queue", "fiblab.server", "fiblab.storage")

#: Elements that are whole with their line (RESP2 and RESP3): status, error, integer, null, ….
_WHOLE_LINES = frozenset(b"+-:_,#(")
#: Elements that are followed by as many bytes as their line says.
_BULKS = frozenset(b"$=!")
#: Elements that are followed by so many elements, times their number.
_AGGREGATES = {ord("*"): 1, ord("~"): 1, ord(">"): 1, ord("%"): 2}

#: Bytes of a script in full (EVAL) that may be read for its name.
_NAME_LIMIT = 256
_SCRIPT_NAME = re.compile(rb"-- [\w.]+:(\w+)\n")

_LINE_END = b"\r\n"


class RedisLink(Link):
    """A link that reads the Redis protocol."""

    def new_framers(self) -> tuple[Framer, Framer]:
        """Both directions have the same grammar."""
        return RespFramer(_command_name), RespFramer(_reply_name)


@cache
def script_names() -> dict[bytes, str]:
    """Name every script of the system by the digest that EVALSHA sends."""
    return {
        load_script(package, name).sha.encode(): name
        for package in SCRIPT_PACKAGES
        for name in scripts_of(package)
    }


def scripts_of(package: str) -> list[str]:
    """List a package's scripts; its parts are none."""
    folder = files(package) / "lua"
    return sorted(file.name[:-4] for file in folder.iterdir() if file.name.endswith(".lua"))


class RespFramer(Framer):
    """Follows a stream of RESP values; source: the Redis serialization protocol specification.

    `name` names each from its first two bulks, up to 256 bytes of each. ValueError for what is not
    this protocol, which ends the connection.
    """

    def __init__(self, name: Callable[[list[bytes]], str]) -> None:
        self._name = name
        self._rest = b""  # a line, or a word of a command, that has not wholly come
        self._read = 0  # bytes of the stream that need not be looked at again
        self._skip = 0  # bytes of a bulk that are still to come
        self._elements = 1  # elements until the frame ends
        self._words: list[bytes] = []  # the first two bulks of the frame, which name a command

    def feed(self, data: bytes) -> list[Frame]:
        """See Framer."""
        shift = len(self._rest)
        stream = self._rest + data if shift else data
        frames: list[Frame] = []
        at = 0
        while (after := self._element(stream, at)) is not None:
            at = after
            self._elements -= 1
            if not self._elements:
                frames.append(Frame(self._name(self._words), at - shift))
                self._elements, self._words = 1, []
        self._rest = stream[self._read :]
        return frames

    def _element(self, stream: bytes, at: int) -> int | None:
        """Read one element and return where it ends; None where it has not wholly come."""
        self._read = at
        if self._skip:
            return self._skipped(stream, at)
        end = stream.find(_LINE_END, at)
        if end < 0:
            return None
        kind, after = stream[at], end + len(_LINE_END)
        if kind in _WHOLE_LINES:
            return after
        number = int(stream[at + 1 : end])
        if kind in _AGGREGATES:
            self._elements += max(0, number) * _AGGREGATES[kind]
            return after
        if kind not in _BULKS:
            raise ValueError(f"{stream[at : at + 20]!r} is not the Redis protocol")
        return self._bulk(stream, after, number)

    def _bulk(self, stream: bytes, at: int, length: int) -> int | None:
        if length < 0:
            return at
        if len(self._words) < 2:  # noqa: PLR2004 - a command, and its script
            wanted = min(length, _NAME_LIMIT)
            if len(stream) - at < wanted:
                return None  # the line is read again when there is more
            self._words.append(stream[at : at + wanted])
        self._skip = length + len(_LINE_END)
        return self._skipped(stream, at)

    def _skipped(self, stream: bytes, at: int) -> int | None:
        """Leave a bulk's bytes behind, as many as have come."""
        come = min(self._skip, len(stream) - at)
        self._skip -= come
        self._read = at + come
        return None if self._skip else self._read


def _command_name(words: list[bytes]) -> str:
    """Name a command: a script by its file, anything else by its first word."""
    verb = words[0].upper()
    if verb == b"EVALSHA":
        return script_names().get(words[1], "EVALSHA")
    if verb == b"EVAL":
        found = _SCRIPT_NAME.match(words[1])
        return found[1].decode() if found else "EVAL"
    return verb.decode("ascii", "replace")


def _reply_name(_words: list[bytes]) -> str:
    return "reply"

"""The way to PostgreSQL: operations are what goes up to a Sync, named after their statement.

Source: PostgreSQL's manual, "Frontend/Backend Protocol", message formats.
"""

import re
import struct
from abc import abstractmethod

from fiblab.lab.faults.framing import Frame, Framer
from fiblab.lab.faults.link import Link

#: Codes in the place of a protocol version with which a client asks for something else first.
_SSL_REQUEST, _GSS_REQUEST, _CANCEL_REQUEST = 80877103, 80877104, 80877102

#: Bytes of a message's head: its type, which a client's first messages lack, and its length, which
#: counts itself and the body.
_TYPE, _LENGTH = 1, 4

#: Bytes of a body that may be read for names and SQL; values follow behind those.
_READ_LIMIT = 8_192

_WRITES = re.compile(
    r"\b(?P<verb>insert)\s+into\s+(?P<inserted>\w+)|\b(?P<update>update)\s+(?P<updated>\w+)"
    r"|\b(?P<delete>delete)\s+from\s+(?P<deleted>\w+)"
)
_READS = re.compile(r"\bfrom\s+(?P<table>[a-z]\w*)")


class PostgresLink(Link):
    """A link that reads PostgreSQL's protocol, version 3, without TLS."""

    def new_framers(self) -> tuple[Framer, Framer]:
        """Let the two directions share whether the first answer is a bare byte."""
        statements = StatementFramer()
        return statements, ReadyFramer(statements)


class _MessageFramer(Framer):
    """Follows messages, of whose bodies only the beginning is ever held."""

    def __init__(self) -> None:
        self._has_begun = False  # what comes before the first statement, or its answer, is over
        self._rest = b""  # the beginning of a message that is not long enough to be read
        self._skip = 0  # bytes of a message that are still to come
        self._ends: str | None = None  # the name of the frame that ends with that message

    def feed(self, data: bytes) -> list[Frame]:
        """See Framer; a frame that belongs to the login has no name."""
        shift = len(self._rest)
        stream = self._rest + data if shift else data
        frames: list[Frame] = []
        at = 0
        while self._skip or self._read(stream, at):
            come = min(self._skip, len(stream) - at)
            at += come
            self._skip -= come
            if self._skip:
                break
            if self._ends is not None:
                frames.append(Frame(self._ends, at - shift))
        self._rest = stream[at:]
        return frames

    def _read(self, stream: bytes, at: int) -> bool:
        """Read a message's beginning and skip all of it; False where too little of it has come."""
        body = at + self._head_length() + _LENGTH
        if len(stream) < body:
            return False
        (length,) = struct.unpack_from("!i", stream, body - _LENGTH)
        end = body - _LENGTH + length
        readable = min(end, body + _READ_LIMIT)
        if len(stream) < readable:
            return False
        self._ends = self._message(stream[at : body - _LENGTH], stream[body:readable])
        self._skip = end - at
        return True

    def _head_length(self) -> int:
        return _TYPE

    @abstractmethod
    def _message(self, kind: bytes, body: bytes) -> str | None:
        """Return the name of what ends with this message; None in the middle of it."""


class StatementFramer(_MessageFramer):
    """Follows what a client sends."""

    def __init__(self) -> None:
        super().__init__()
        self.asked_for_encryption = False
        """Whether the server's next answer is one byte, without type or length."""
        self._statements: dict[bytes, str] = {}  # of prepared statements, by name
        self._name = ""  # of what is being asked for

    def _head_length(self) -> int:
        return _TYPE if self._has_begun else 0

    def _message(self, kind: bytes, body: bytes) -> str | None:
        match kind:
            case b"":
                return self._before_statements(body)
            case b"P":
                statement, sql = body.split(b"\0", 2)[:2]
                self._statements[statement] = statement_name(sql.decode("utf-8", "replace"))
            case b"B":
                statement = body.split(b"\0", 2)[1]
                self._name = self._statements.get(statement, "unknown")
            case b"Q":
                return statement_name(body.rstrip(b"\0").decode("utf-8", "replace"))
            case b"S":
                name, self._name = self._name, ""
                return name or "sync"
            case b"H" | b"p" | b"X":  # go on with what there is; a password; a farewell
                return ""
        return None

    def _before_statements(self, body: bytes) -> str:
        (code,) = struct.unpack_from("!i", body)
        if code in {_SSL_REQUEST, _GSS_REQUEST}:
            self.asked_for_encryption = True
        elif code != _CANCEL_REQUEST:
            self._has_begun = True
        return ""


class ReadyFramer(_MessageFramer):
    """Follows what the server sends: each answer ends with ReadyForQuery."""

    def __init__(self, statements: StatementFramer) -> None:
        super().__init__()
        self._statements = statements

    def _read(self, stream: bytes, at: int) -> bool:
        if self._statements.asked_for_encryption and stream:
            self._statements.asked_for_encryption = False
            self._skip, self._ends = 1, ""
            return True
        return super()._read(stream, at)

    def _message(self, kind: bytes, _body: bytes) -> str | None:
        if kind != b"Z":
            return None
        name = "ready" if self._has_begun else ""
        self._has_begun = True
        return name


def statement_name(sql: str) -> str:
    """Name a statement by its verb and its first table: `insert request_ledger`, `commit`."""
    text = sql.strip().rstrip(";").lower()
    written = _WRITES.search(text)
    if written:
        verb = written["verb"] or written["update"] or written["delete"]
        return f"{verb} {written['inserted'] or written['updated'] or written['deleted']}"
    verb = text.split(maxsplit=1)[0] if text else "empty"
    read = _READS.search(text)
    return f"{verb} {read['table']}" if read else verb

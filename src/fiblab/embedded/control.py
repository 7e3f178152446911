"""How a child process of `up` gives it orders about all of them: over a pair of sockets.

    child  --Asked-->  up, which obeys in its own loop
           <--Told---

A datagram is one whole message, so that a child that was killed leaves no half of one behind. Its
successor takes over the same socket, and tells answers to its predecessor by their ids.
"""

import socket
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from enum import StrEnum
from typing import Literal

import msgspec
from msgspec import UNSET, UnsetType

from .supervisor import State

#: Bytes of the largest message: the states of some dozens of processes.
MESSAGE_LIMIT_BYTES = 65_536


class Order(StrEnum):
    """What a process can be told."""

    KILL = "kill"
    FREEZE = "freeze"
    THAW = "thaw"
    STOP = "stop"
    START = "start"
    ADD = "add"
    """One more like it."""


class Asked(msgspec.Struct, frozen=True):
    """An order, or without one the wish to know how all processes are."""

    id: str
    """Never used before; the answer bears it."""
    name: str = ""
    order: Order | None = None


class ProcessState(msgspec.Struct, frozen=True):
    """One process as it is."""

    name: str
    kind: Literal["server", "worker", "redis", "postgres"]
    state: State
    pid: int | UnsetType = UNSET
    since: datetime | UnsetType = UNSET
    """When it was started last."""


class Told(msgspec.Struct, frozen=True):
    """How all processes are after the order, or why it was not obeyed."""

    id: str
    items: list[ProcessState] = []
    refused: Literal["", "unknown", "impossible"] = ""
    why: str = ""


_encode = msgspec.json.Encoder().encode
_decode_asked = msgspec.json.Decoder(Asked).decode


class ControlPost:
    """The end of who obeys. It reads and answers without ever waiting."""

    def __init__(self) -> None:
        self._own, self._childs = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._own.settimeout(0)

    @property
    def fd(self) -> int:
        """The end for the child, to be passed on; it stays open here for the child's successor."""
        return self._childs.fileno()

    def asked(self) -> Iterator[Asked]:
        """Yield what was asked since; what is no message is dropped."""
        with suppress(BlockingIOError):
            while True:
                message = self._own.recv(MESSAGE_LIMIT_BYTES)
                with suppress(msgspec.DecodeError):
                    yield _decode_asked(message)

    def tell(self, told: Told) -> None:
        """Answer; an answer that does not fit, as nobody reads, is dropped."""
        with suppress(OSError):
            self._own.send(_encode(told))

    def close(self) -> None:
        """Close both ends."""
        self._own.close()
        self._childs.close()

"""Where in a stream of bytes one operation, or one reply, ends; and what waits for one."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class Moment(StrEnum):
    """When a fault strikes, seen from the store."""

    BEFORE = "before"
    """The store never hears of the operation."""
    AFTER = "after"
    """The store has done it, and the process never hears of that."""
    HALF_REPLY = "half a reply"
    """The store has done it, and the process hears half of that."""


class Frame(NamedTuple):
    """One operation or one reply, as it ends within a piece of the stream."""

    name: str
    """Empty for what is no operation, such as a login."""
    end: int
    """Offset within the piece that was fed, behind the frame's last byte."""


class Framer(ABC):
    """Follows one direction of a connection and tells where its frames end."""

    @abstractmethod
    def feed(self, data: bytes) -> list[Frame]:
        """Take the next piece of the stream; return the frames that end within it."""


@dataclass(slots=True)
class Trap:
    """What waits for an operation to come by: it strikes once."""

    operation: str | None
    """None: whichever comes first."""
    moment: Moment
    action: Callable[[], None]
    struck: asyncio.Future[float]
    """Done when it has struck; cancelled when it was called off."""
    is_sprung: bool = False
    """Its operation has come by, and its reply is waited for."""

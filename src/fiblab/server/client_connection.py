"""The connection that a request came on, for who holds an answer that does not end by itself."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, cast

from blacksheep import Request

#: Where the protocol leaves it, in the ASGI scope.
CONNECTION_KEY: Final = "fiblab.connection"


def _nothing() -> None:
    """Do nothing."""


@dataclass(slots=True)
class ClientConnection:
    """One client's connection; it gets one answer at a time."""

    cut: Callable[[], None]
    """Ends it at once, whatever its client has not read."""
    when_lost: Callable[[], None] = _nothing
    """Called when it has ended, for whatever reason.

    ASGI tells only who waits for it, and, behind a request that was sent ahead, nobody at all.
    """

    def forget(self) -> None:
        """Call nobody any more."""
        self.when_lost = _nothing


def connection_of(request: Request) -> ClientConnection:
    """Find the connection of a BlackSheep request."""
    return cast("ClientConnection", request.scope[CONNECTION_KEY])  # type: ignore[typeddict-item] # ASGI lets a scope carry more than its own keys

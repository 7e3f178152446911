"""Ways of calling Redis that look patient, and hang."""

from typing import ClassVar

from fiblab.redis import Connection
from fiblab.redis.address import Address
from fiblab.server.breaker import Breaker

#: Seconds for a reply: longer than anything here lasts.
FOR_EVER_S = 86_400.0


class NeverOpens(Breaker):
    """Lets every call through, however many have failed."""

    stands_for: ClassVar = "fiblab.server.services.Breaker"

    def _failed(self) -> None:
        """Learn nothing from it."""


class WaitsForEver(Connection):
    """Waits for each reply for as long as it takes."""

    stands_for: ClassVar = "fiblab.bootstrap.parts.Connection"

    def __init__(self, address: Address, *, name: str, **_limits: float) -> None:
        super().__init__(address, name=name, reply_timeout=FOR_EVER_S)

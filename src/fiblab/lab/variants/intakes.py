"""Ways of taking in a request that look right, and are not."""

import asyncio
from collections import deque
from dataclasses import replace
from typing import Any, ClassVar

from uuid_utils import uuid7

from fiblab.server.intake import Asking, Intake, Taken
from fiblab.server.wire import FibonacciCalculating


class CountsBeforeAdmitting(Intake):
    """Counts, and then asks whether the client may ask at all."""

    stands_for: ClassVar = "fiblab.server.services.Intake"

    async def take_in(self, asking: Asking) -> Taken:
        """Count first."""
        await self._count(asking, [FibonacciCalculating(index) for index in asking.indices])
        return await super().take_in(asking)


class CountsBeforeItSeesTheQueueFull(Intake):
    """Offers the job, counts, and only then looks whether the queue took it."""

    stands_for: ClassVar = "fiblab.server.services.Intake"

    async def take_in(self, asking: Asking) -> Taken:
        """Look at what came of the admission last."""
        admission = await self._admit(asking)
        await self._count(asking, [FibonacciCalculating(index) for index in asking.indices])
        limits = self._limit_headers(admission)
        self._refuse_if_not_admitted(admission, limits)
        return Taken(await self._stand(asking, admission), limits)


class IgnoresKeys(Intake):
    """Counts every request anew, whatever its key."""

    stands_for: ClassVar = "fiblab.server.services.Intake"

    async def take_in(self, asking: Asking) -> Taken:
        """Put an id of our own in the key's place."""
        own = replace(asking, ledger_id=f"request:{uuid7()}", has_key=False)
        return await super().take_in(own)


class HandsRepliesCrosswise(Intake):
    """Gives the reply that a cancelled call left behind to whoever asks next."""

    stands_for: ClassVar = "fiblab.server.services.Intake"

    def __init__(self, **parts: Any) -> None:  # noqa: ANN401 - passed on as they are
        super().__init__(**parts)
        self._unread: deque[asyncio.Task[Taken]] = deque()

    async def take_in(self, asking: Asking) -> Taken:
        """Read the oldest reply, as from a connection that nobody has resynchronised."""
        self._unread.append(asyncio.create_task(super().take_in(asking)))
        oldest = self._unread[0]
        taken = await asyncio.shield(oldest)
        self._unread.popleft()
        return taken

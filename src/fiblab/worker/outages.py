"""Going on while a store is away: repeat with jittered pauses, and say so once."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog

from fiblab.observability.logs import Category
from fiblab.queue import QueueError
from fiblab.redis import CommandError, RedisError
from fiblab.redis.connection import full_jitter
from fiblab.worker.errors import StoreRefused
from fiblab.worker.shutdown import Shutdown

Result = TypeVar("Result")

#: What makes a call worth repeating. All of the queue's scripts and all writes of values may be
#: repeated with the effect of once, so that definite and indefinite failures are treated alike.
OUTAGE_ERRORS = (RedisError, QueueError)

#: Error replies that tell of the server's state and not of the command: it may be taken later.
STATES_OF_THE_SERVER = frozenset(
    {"BUSY", "CLUSTERDOWN", "LOADING", "MASTERDOWN", "MISCONF", "NOREPLICAS", "OOM", "READONLY"}
    | {"TRYAGAIN"}
)

_log = structlog.get_logger()


class Outages:
    """Repeats operations until they succeed, and logs how each operation's outages change.

    An outage that lasts an hour is one line when it begins, one when its kind changes, one when it
    is over, whatever the number of attempts.
    """

    def __init__(self, shutdown: Shutdown) -> None:
        self._shutdown = shutdown
        self._current: dict[str, str] = {}

    async def endure(self, operation: str, call: Callable[[], Awaitable[Result]]) -> Result:
        """Call until it succeeds; only being cancelled ends it otherwise."""
        attempt = 0
        while True:
            try:
                result = await call()
            except OUTAGE_ERRORS as error:
                await self._pause(operation, error, attempt)
                attempt += 1
            else:
                self.over(operation)
                return result

    async def endure_until_shutdown(
        self, operation: str, call: Callable[[], Awaitable[Result]]
    ) -> Result | None:
        """Call until it succeeds; None, without a further call, once the shutdown has begun."""
        attempt = 0
        while not self._shutdown.has_begun:
            try:
                result = await call()
            except OUTAGE_ERRORS as error:
                await self._pause(operation, error, attempt)
                attempt += 1
            else:
                self.over(operation)
                return result
        return None

    async def endure_unless_refused(
        self, operation: str, call: Callable[[], Awaitable[Result]]
    ) -> Result:
        """Call until it succeeds; raises StoreRefused where waiting would not help."""

        async def attempt() -> Result:
            try:
                return await call()
            except CommandError as error:
                if error.code in STATES_OF_THE_SERVER:
                    raise
                raise StoreRefused(f"Redis answered: {error}") from error

        return await self.endure(operation, attempt)

    async def _pause(self, operation: str, error: Exception, attempt: int) -> None:
        self.note(operation, error)
        await asyncio.sleep(full_jitter(attempt))

    def note(self, operation: str, error: Exception) -> None:
        """Log a failure that is of another kind than the operation's last one."""
        kind = error.code if isinstance(error, CommandError) else type(error).__name__
        if self._current.get(operation) == kind:
            return
        self._current[operation] = kind
        _log.error(
            "store away", category=Category.DEPENDENCY, operation=operation, error=repr(error)
        )

    def over(self, operation: str) -> None:
        """Log that the operation works again, if it did not."""
        if self._current.pop(operation, None) is not None:
            _log.info("store back", operation=operation)

"""Workers, sweepers and readers of values that look right, and are not."""

import asyncio
from collections.abc import Mapping
from typing import ClassVar

from fiblab.lab.selftest.workers import Tokens
from fiblab.queue import Claimant
from fiblab.redis import Connection
from fiblab.server.believing import Believer, Done
from fiblab.server.cache_script import TooLarge, Value
from fiblab.server.wire import FibonacciDone
from fiblab.storage import RedisValues
from fiblab.worker.maintenance.sweeper import Sweeper

#: Seconds that the counter is kept: it must not be what the checker stumbles over.
COUNTER_TTL_S = 600

#: Digits that `str(int)` gives without being told otherwise.
STR_DIGITS = 4_300


class CountedTokens(Tokens):
    """Takes a counter in Redis for a nonce, which starts anew when Redis loses it."""

    stands_for: ClassVar = "fiblab.lab.selftest.bench.Tokens"

    async def fresh(self, redis: Connection, worker: str, lanes: tuple[str, ...]) -> Claimant:
        """Count the claim, and take its number."""
        key = "{fiblab:0}:claims-made"
        number = await redis.execute("INCR", key)
        await redis.execute("EXPIRE", key, COUNTER_TTL_S)
        return Claimant(worker, lanes, str(number))


class NeverSweeps(Sweeper):
    """Leaves the ledger's open rows to themselves."""

    stands_for: ClassVar = ("fiblab.lab.selftest.bench.Sweeper", "fiblab.worker.worker.Sweeper")

    async def run(self) -> None:
        """Do nothing until cancelled."""
        await asyncio.Event().wait()

    async def sweep(self) -> None:
        """Do nothing."""


class BelievesAnything(Believer):
    """Serves what the cache holds, unverified."""

    stands_for: ClassVar = "fiblab.server.services.Believer"

    async def believe(self, index: int, value: Value) -> Done | None:
        """Take it for what it should be."""
        if isinstance(value, TooLarge):
            return await super().believe(index, value)
        return FibonacciDone(index, value, len(value))


class CutsValues(RedisValues):
    """Stores as many digits as `str(int)` likes to give."""

    stands_for: ClassVar = "fiblab.bootstrap.parts.RedisValues"

    async def put(self, values: Mapping[int, str]) -> None:
        """Store them cut."""
        await super().put({index: text[:STR_DIGITS] for index, text in values.items()})

"""All tiers of values as one: the process, then Redis, then PostgreSQL."""

from collections.abc import Callable, Sequence
from typing import Final

from fiblab.storage.errors import POSTGRES_ERRORS
from fiblab.storage.postgres_values import PostgresValues
from fiblab.storage.redis_values import RedisValues
from fiblab.storage.remembered_values import RememberedValues


class Values:
    """Looks for a value tier by tier, and fills the tiers that lacked it.

    Raises RedisError where Redis does not answer. Where PostgreSQL does not, `on_unavailable` is
    told and the value counts as absent there. Every method may be repeated at will. The tiers are
    there to read for those who want one alone.
    """

    def __init__(
        self,
        remembered: RememberedValues,
        redis: RedisValues,
        postgres: PostgresValues,
        *,
        on_unavailable: Callable[[Exception], None],
    ) -> None:
        self.remembered: Final = remembered
        self.redis: Final = redis
        self.postgres: Final = postgres
        self._on_unavailable = on_unavailable

    async def get(self, index: int) -> str | None:
        """Return F(index), or None where no tier has it."""
        text = self.remembered.get(index)
        if text is not None:
            return text
        text = await self.redis.get(index)
        if text is None:
            text = await self._from_postgres(index)
        if text is not None:
            self.remembered.put(index, text)
        return text

    async def get_many(self, indices: Sequence[int]) -> dict[int, str | None]:
        """Return F(index) or None for each of the indices, without asking PostgreSQL.

        For ranges, which are of small indices; a heavy value that only PostgreSQL has is None.
        """
        values = {index: self.remembered.get(index) for index in indices}
        found = await self.redis.get_many([i for i, text in values.items() if text is None])
        for index, text in found.items():
            if text is not None:
                self.remembered.put(index, text)
        return values | found

    async def exists(self, index: int) -> bool:
        """Tell whether some tier has something for the index, without reading it."""
        if self.remembered.get(index) is not None or (await self.redis.exists([index]))[0]:
            return True
        try:
            return index in await self.postgres.exists([index])
        except POSTGRES_ERRORS as error:
            self._on_unavailable(error)
            return False

    async def restore(self, index: int) -> bool:
        """Tell whether Redis has something for the index, brought back from PostgreSQL if need be.

        It is from Redis that a value is served: one that only PostgreSQL has is not of use yet.
        """
        if (await self.redis.exists([index]))[0]:
            return True
        return await self._from_postgres(index) is not None

    async def store(self, index: int, text: str) -> None:
        """Store a verified value beyond the dense range in every tier that takes it."""
        await self.redis.put({index: text})
        self.remembered.put(index, text)
        try:
            await self.postgres.put(index, text)
        except POSTGRES_ERRORS as error:
            self._on_unavailable(error)

    async def _from_postgres(self, index: int) -> str | None:
        try:
            text = await self.postgres.get(index)
        except POSTGRES_ERRORS as error:
            self._on_unavailable(error)
            return None
        if text is not None:
            await self.redis.put({index: text})
        return text

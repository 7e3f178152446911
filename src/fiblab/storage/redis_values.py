"""Values in Redis: the dense range in one hash, every larger value under a key that expires."""

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from typing import cast

from fiblab.fibonacci import IndexRefused, digit_count, parse_index
from fiblab.redis import Connection, Reply, load_script
from fiblab.storage.dense_validation import DenseReport, validate_dense
from fiblab.storage.encoding import (
    PLAIN_DIGITS,
    CorruptValue,
    OnCorrupt,
    Tier,
    decode_in_time,
    encode,
    off_the_loop_if_long,
)
from fiblab.storage.value_keys import ValueKeys

DROP_VALUE = load_script("fiblab.storage", "drop_value")
DROP_DENSE_VALUE = load_script("fiblab.storage", "drop_dense_value")
EXTEND_DENSE = load_script("fiblab.storage", "extend_dense")

#: The marker of a dense range that holds nothing.
NOTHING = -1


class RedisValues:
    """Reads, checks and writes values in Redis.

    Megabytes travel over `bulk`, so that they never delay a small command on `connection`. A
    corrupt value is deleted, reported through `on_corrupt` and treated as absent, so that it is
    computed anew. Raises RedisError where Redis does not answer; every method may be repeated at
    will.
    """

    def __init__(  # noqa: PLR0913 - each part is given by name
        self,
        connection: Connection,
        bulk: Connection,
        keys: ValueKeys,
        *,
        dense_max_index: int,
        ttl_s: int,
        on_corrupt: OnCorrupt,
    ) -> None:
        self._connection = connection
        self._bulk = bulk
        self._keys = keys
        self._dense_max_index = dense_max_index
        self._ttl_s = ttl_s
        self._on_corrupt = on_corrupt

    async def get(self, index: int) -> str | None:
        """Return F(index), or None where Redis has no right value."""
        if index <= self._dense_max_index:
            stored = await self._connection.execute("HGET", self._keys.dense, index)
        else:
            stored = await self._fitting(index).execute("GET", self._keys.large(index))
        return await self._believe(index, stored)

    async def get_many(self, indices: Sequence[int]) -> dict[int, str | None]:
        """Return what `get` would for each of the indices, the dense ones in one command."""
        dense = [index for index in indices if index <= self._dense_max_index]
        beyond = [index for index in indices if index > self._dense_max_index]
        values = dict(zip(beyond, await asyncio.gather(*map(self.get, beyond)), strict=True))
        if dense:
            stored = await self._connection.execute("HMGET", self._keys.dense, *dense)
            for index, text in zip(dense, cast("list[bytes | None]", stored), strict=True):
                values[index] = await self._believe(index, text)
        return values

    async def exists(self, indices: Sequence[int]) -> list[bool]:
        """Tell which of the indices have something stored, right or not."""
        return [bool(found) for found in await asyncio.gather(*map(self._exists, indices))]

    async def put(self, values: Mapping[int, str]) -> None:
        """Store values beyond the dense range; ValueError for one within, see `extend_dense`."""
        await asyncio.gather(*(self._put(index, text) for index, text in values.items()))

    async def marker(self) -> int:
        """Return the index up to which the dense range is said to be complete, -1 for nothing.

        A value that is missing or corrupt below it is a fault that `validate_dense` repairs.
        """
        stored = cast("bytes | None", await self._connection.execute("GET", self._keys.marker))
        if stored is None:
            return NOTHING
        try:
            return parse_index(stored.decode("ascii", "replace"), self._dense_max_index)
        except IndexRefused as refused:
            await self._drop(self._keys.marker, stored)
            self._on_corrupt(None, Tier.REDIS, refused.sentence)
            return NOTHING

    async def extend_dense(self, expected_marker: int, texts: Sequence[str]) -> int:
        """Store the values after the marker and move it, if it is where it is expected to be.

        Returns the marker as it is then. Where another worker had moved it, nothing is written.
        """
        if expected_marker + len(texts) > self._dense_max_index:
            raise ValueError(f"The dense range ends at {self._dense_max_index}; store fewer values")
        keys = (self._keys.dense, self._keys.marker)
        marker = await EXTEND_DENSE.run(self._connection, keys, [expected_marker, *texts])
        return cast("int", marker)

    async def validate_dense(self) -> DenseReport:
        """Check the dense range against computation and repair it; see `dense_validation`."""
        return await validate_dense(self._connection, self._keys, self._dense_max_index)

    def _fitting(self, index: int) -> Connection:
        return self._connection if digit_count(index) <= PLAIN_DIGITS else self._bulk

    async def _exists(self, index: int) -> Reply:
        if index <= self._dense_max_index:
            return await self._connection.execute("HEXISTS", self._keys.dense, index)
        return await self._connection.execute("EXISTS", self._keys.large(index))

    async def _put(self, index: int, text: str) -> None:
        if index <= self._dense_max_index:
            raise ValueError(f"F({index}) belongs to the dense range; store it by extend_dense")
        stored = await off_the_loop_if_long(len(text), lambda: encode(text))
        key = self._keys.large(index)
        await self._fitting(index).execute("SET", key, stored, "EX", self._ttl_s)

    async def _believe(self, index: int, stored: Reply) -> str | None:
        """Return the text if it is F(index); delete and report it if it is anything else."""
        if stored is None:
            return None
        stored = cast("bytes", stored)
        try:
            return await decode_in_time(index, stored)
        except CorruptValue as corrupt:
            await self._drop_value(index, stored)
            self._on_corrupt(index, Tier.REDIS, str(corrupt))
            return None

    async def _drop_value(self, index: int, stored: bytes) -> None:
        if index > self._dense_max_index:
            await self._drop(self._keys.large(index), stored)
            return
        arguments = (index, _sha1(stored))
        await DROP_DENSE_VALUE.run(self._connection, [self._keys.dense], arguments)

    async def _drop(self, key: str, stored: bytes) -> None:
        await DROP_VALUE.run(self._connection, [key], [_sha1(stored)])


def _sha1(stored: bytes) -> str:
    """Name the bytes as Redis's `sha1hex` does: it recognises them and guards nothing."""
    return hashlib.sha1(stored, usedforsecurity=False).hexdigest()

"""The dense range 0..D, grown from its marker by adding up, and mended where it has a hole."""

import asyncio
from collections.abc import Sequence

import structlog

from fiblab.fibonacci import WrongValue as NotFibonacci
from fiblab.fibonacci import extend, verify
from fiblab.observability.logs import Category
from fiblab.storage import RedisValues
from fiblab.worker.errors import WrongValue

#: Values from which extending happens in a thread: 100 of them take about 2 ms.
THREAD_VALUES = 100

_log = structlog.get_logger()


class DenseRange:
    """Extends the dense range in Redis; several workers may do so at once.

    Raises WrongValue for a computation that fails its check, and RedisError where Redis does not
    answer; it may be repeated at will.
    """

    def __init__(self, values: RedisValues) -> None:
        self._values = values

    async def validate(self) -> int:
        """Compare the whole range with computation, repair it, log what was wrong; its new end."""
        report = await self._values.validate_dense()
        for fault in report.faults:
            _log.error(
                "dense range repaired",
                category=Category.CORRUPTION,
                fault=fault.kind,
                index=fault.index,
                detail=fault.detail,
            )
        return report.marker

    async def cover(self, missing: Sequence[int]) -> None:
        """Extend the range over these indices, which were found missing."""
        marker = await self._values.marker()
        if min(missing) <= marker:  # the marker promised a value that is not there
            marker = await self.validate()
        upto = max(missing)
        while marker < upto:
            marker = await self._extend(marker, upto)

    async def _extend(self, marker: int, upto: int) -> int:
        """Store the values after the marker; returns where that is now, whoever moved it."""
        known = range(max(marker - 1, 0), marker + 1)
        stored = await self._values.get_many(known)
        last_two = [text for index in known if (text := stored[index]) is not None]
        if len(last_two) < len(known):
            return await self.validate()
        if upto - marker < THREAD_VALUES:
            texts = _next_values(marker, last_two, upto)
        else:
            texts = await asyncio.to_thread(_next_values, marker, last_two, upto)
        return await self._values.extend_dense(marker, texts)


def _next_values(marker: int, last_two: Sequence[str], upto: int) -> list[str]:
    """Compute and verify the values after the marker."""
    try:
        texts = extend(marker, last_two, upto)
        for index, text in enumerate(texts, start=marker + 1):
            verify(index, text)
    except NotFibonacci as wrong:
        raise WrongValue(str(wrong)) from wrong
    return texts

"""Workers whose effect is not idempotent."""

from typing import ClassVar

from fiblab.storage import PostgresValues
from fiblab.storage.encoding import compress
from fiblab.worker.heavy_work import HeavyWork

_TAKE_OUT = "delete from fibonacci_value where index = $1 returning digit_count, digits"
_PUT_BACK = "insert into fibonacci_value (index, digit_count, digits) values ($1, $2, $3)"


class NeverLooks(HeavyWork):
    """Computes whatever it is given."""

    stands_for: ClassVar = "fiblab.worker.worker.HeavyWork"

    async def _is_at_hand(self, index: int) -> bool:  # noqa: ARG002 - as its parent's
        return False


class AddsToValues(PostgresValues):
    """Adds a result to what is stored, as one appends to a file."""

    stands_for: ClassVar = "fiblab.bootstrap.parts.PostgresValues"

    async def put(self, index: int, text: str) -> None:
        """Store it, behind what is there already."""
        async with self._pool.acquire() as connection, connection.transaction():
            before = await connection.fetchrow(_TAKE_OUT, index)
            if before is not None:
                length = before["digit_count"] + len(text)
                frames = before["digits"] + compress(text)
                await connection.execute(_PUT_BACK, index, length, frames)
                return
        await super().put(index, text)

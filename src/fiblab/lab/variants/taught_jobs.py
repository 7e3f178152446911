"""Jobs and workers that know nothing of what others have asked for or computed already."""

from collections.abc import Sequence
from typing import ClassVar

import msgspec

from fiblab.fibonacci.job import FibonacciJob
from fiblab.worker.light_work import LightWork
from fiblab.worker.order import Order


class JobOfItsOwn(FibonacciJob, frozen=True, array_like=True):
    """Is named after the request that asks, so that equal indices are different jobs."""

    stands_for: ClassVar = (
        "fiblab.server.intake.FibonacciJob",
        "fiblab.worker.order.FibonacciJob",
    )

    @property
    def id(self) -> str:
        """The index alone where no request asks, as when the sweeper does."""
        return f"{self.index}.{self.request_id}" if self.request_id else str(self.index)

    @classmethod
    def decode(cls, payload: bytes) -> "JobOfItsOwn":
        """Read a job's payload; raises msgspec.DecodeError for anything else."""
        return msgspec.json.decode(payload, type=JobOfItsOwn)


class ComputesUnseen(LightWork):
    """Computes whatever it is given, without a look whether the value is there."""

    stands_for: ClassVar = "fiblab.worker.worker.LightWork"

    async def _look(self, orders: Sequence[Order]) -> tuple[list[Order], list[Order]]:
        """Take nothing for stored."""
        return [], list(orders)

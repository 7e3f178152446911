"""Says every few seconds that this worker is there, for whoever looks at the workers."""

import asyncio
from contextlib import suppress

from fiblab.queue.attendance import SIGN_OF_LIFE_S, Attendance
from fiblab.queue.roll import Presence
from fiblab.worker.outages import OUTAGE_ERRORS

#: Seconds for taking leave; a worker that does not get to it is forgotten a little later.
LEAVE_LIMIT_S = 1.0


class RollCall:
    """Answers for one worker; while Redis is away it is silent, as the lanes tell of that."""

    def __init__(self, attendance: Attendance, presence: Presence) -> None:
        self._attendance = attendance
        self._presence = presence

    async def run(self) -> None:
        """Say it until cancelled."""
        while True:
            with suppress(*OUTAGE_ERRORS):
                await self._attendance.present(self._presence)
            await asyncio.sleep(SIGN_OF_LIFE_S)

    async def leave(self) -> None:
        """Say that this worker is there no more."""
        with suppress(*OUTAGE_ERRORS, TimeoutError):
            async with asyncio.timeout(LEAVE_LIMIT_S):
                await self._attendance.depart(self._presence.name)

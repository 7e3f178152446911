"""How long the system takes to serve again: a number nobody has asked for, from POST to value.

One canary leaves just before a fault strikes, so that it is under way, and one just after. The
recovery of a fault is the time from its end (of a kill: from the kill) to the value of the later.
"""

import asyncio
import itertools
import time
from uuid import uuid4

from fiblab.lab.chaos.load import calls
from fiblab.lab.chaos.load.clients import Clients

#: Seconds that one look holds the line for the value.
HOLD_S = 2
#: Seconds between two looks that failed.
AGAIN_S = 0.05


class Canaries:
    """Sends canaries, each for an index of its own."""

    def __init__(self, clients: Clients, indices: range) -> None:
        self._clients = clients
        self._indices = itertools.cycle(indices)

    def send(self) -> "asyncio.Task[float]":
        """Send one now; the task's result is the monotonic time at which its value was there."""
        return asyncio.create_task(self._fly(next(self._indices)))

    async def _fly(self, index: int) -> float:
        await self._clients.persist(calls.request(index, str(uuid4())), "canary")
        while True:
            seen = await self._clients.persist(calls.look_up(index, HOLD_S), "canary")
            if any(item.status in {"done", "failed"} for item in seen.items):
                return time.monotonic()
            await asyncio.sleep(AGAIN_S)

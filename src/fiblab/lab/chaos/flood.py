"""One client that sends many times what it may: refused in time, and nobody else notices."""

import asyncio
import random

from fiblab.lab.chaos.load import calls
from fiblab.lab.chaos.load.clients import Clients
from fiblab.lab.faults.fault import Fault, Surroundings

#: Requests at once: some times the burst that one address has.
REQUESTS = 600


class Flood(Fault):
    """Hundreds of requests at once from one address; those beyond its rate are refused."""

    row = "Flood"
    name = "hundreds of requests from one address"

    def __init__(self, clients: Clients, indices: range, dice: random.Random) -> None:
        self._clients = clients
        self._indices = dice.choices(indices, k=REQUESTS)

    @property
    def target(self) -> str:
        """It befalls the servers, and no other fault has to wait for it."""
        return "flood"

    async def inject(self, system: Surroundings) -> None:  # noqa: ARG002 - it comes over HTTP
        """Send all, and wait for all answers."""
        requests = map(calls.request, self._indices)
        await asyncio.gather(*(self._clients.send(call, "flood") for call in requests))

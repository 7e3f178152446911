"""How long the system takes to serve again: a number nobody has asked for, from POST to value.

One canary leaves just before a fault strikes, so that it is under way, and one just after. The
recovery of a fault is the time from its end (of a kill: from the kill) to the value of the later.
"""

import asyncio
import itertools
import time
from collections.abc import Callable
from http import HTTPStatus
from uuid import uuid4

from fiblab.lab.chaos.load import calls
from fiblab.lab.chaos.load.calls import Call
from fiblab.lab.chaos.load.clients import Clients
from fiblab.lab.checker.history import Exchange

#: Seconds after which a canary tries again, with the next server: as an impatient client would.
PATIENCE_S = 1.0
#: Seconds that one look holds the line for the value.
HOLD_S = 1
#: Seconds between two tries that failed.
AGAIN_S = 0.05

ACCEPTED = frozenset({HTTPStatus.OK, HTTPStatus.ACCEPTED})


class Canaries:
    """Sends canaries, each for an index of its own."""

    def __init__(self, clients: Clients, indices: range) -> None:
        self._clients = clients
        self._indices = itertools.cycle(indices)

    def send(self) -> asyncio.Task[float]:
        """Send one now; the task's result is the monotonic time at which its value was there."""
        return asyncio.create_task(self._fly(next(self._indices)))

    async def _fly(self, index: int) -> float:
        request = calls.request(index, str(uuid4()), gives_up_after_s=PATIENCE_S)
        await self._repeat(request, lambda seen: seen.status in ACCEPTED)
        look = calls.look_up(index, HOLD_S, gives_up_after_s=HOLD_S + PATIENCE_S)
        await self._repeat(look, _is_settled)
        return time.monotonic()

    async def _repeat(self, call: Call, enough: Callable[[Exchange], bool]) -> None:
        while not enough(await self._clients.send(call, "canary")):  # noqa: ASYNC110 - HTTP polls
            await asyncio.sleep(AGAIN_S)


def _is_settled(seen: Exchange) -> bool:
    return any(item.status in {"done", "failed"} for item in seen.items)

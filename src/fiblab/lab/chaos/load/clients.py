"""The clients of a run: each draws calls, sends them, and asks again where it got no answer."""

import asyncio
import random
import time
from collections import Counter
from dataclasses import dataclass, field

from fiblab.lab.chaos.load.caller import Caller
from fiblab.lab.chaos.load.calls import Call
from fiblab.lab.chaos.load.mix import Indices, Mix
from fiblab.lab.checker.history import Exchange

#: Seconds before a client asks again, at most; the server's Retry-After says 1 or more.
AGAIN_S = 1.0
#: Answers after which the same request may be sent again, as it may have more luck.
TRANSIENT = frozenset({0, 408, 429, 500, 503})
#: Seconds of the pace that a system which was away may make up for.
ARREARS_S = 5.0


class Pace:
    """Spreads calls evenly over time, all clients together."""

    def __init__(self, per_second: float) -> None:
        self._interval = 1 / per_second
        self._next = time.monotonic()

    async def turn(self) -> None:
        """Wait for the next turn; what was missed lately is made up for."""
        now = time.monotonic()
        self._next = max(self._next + self._interval, now - ARREARS_S)
        if self._next > now:
            await asyncio.sleep(self._next - now)


@dataclass(slots=True)
class Tally:
    """How the calls of a run went so far."""

    exchanges: int = 0
    accepted: int = 0
    """Requests to count that were answered 2xx, each key once."""
    statuses: Counter[int] = field(default_factory=Counter)

    def add(self, exchange: Exchange) -> None:
        """Count one exchange; repetitions of an accepted key are told apart by the clients."""
        self.exchanges += 1
        self.statuses[exchange.status] += 1


class Clients:
    """Runs `count` clients until told to stop, and then until none is owed an answer."""

    def __init__(  # noqa: PLR0913 - a load is that many independent numbers
        self,
        caller: Caller,
        tally: Tally,
        *,
        seed: str,
        count: int,
        per_second: float,
        indices: Indices,
    ) -> None:
        self._caller = caller
        self._tally = tally
        self._pace = Pace(per_second)
        self._mixes = {
            f"client-{number}": Mix(f"{seed}/client-{number}", indices) for number in range(count)
        }
        self._ending = asyncio.Event()
        self._accepted_keys: set[str] = set()

    async def run(self) -> None:
        """Send calls until `stop`; return when each client has settled its last one."""
        async with asyncio.TaskGroup() as group:
            for name, mix in self._mixes.items():
                group.create_task(self._live(name, mix))

    def stop(self) -> None:
        """Let the clients draw no further calls."""
        self._ending.set()

    async def _live(self, name: str, mix: Mix) -> None:
        while not self._ending.is_set():
            await self._pace.turn()
            await self.persist(mix.draw(), name)

    async def persist(self, call: Call, client: str) -> Exchange:
        """Send a call; one that counts and bears a key is sent until it is accepted or refused."""
        while True:
            exchange = await self.send(call, client)
            again = call.counts and call.key and exchange.status in TRANSIENT
            if not again or call.gives_up_after_s is not None:
                return exchange
            await asyncio.sleep(random.uniform(0.1, AGAIN_S))  # noqa: S311 - spreads load

    async def send(self, call: Call, client: str) -> Exchange:
        """Send a call once, whatever comes of it."""
        exchange = await self._caller.send(call, client)
        self._tally_up(call, exchange)
        return exchange

    def _tally_up(self, call: Call, exchange: Exchange) -> None:
        self._tally.add(exchange)
        if not call.counts or exchange.status not in {200, 202}:
            return
        if call.key:
            if call.key in self._accepted_keys:
                return
            self._accepted_keys.add(call.key)
        self._tally.accepted += 1

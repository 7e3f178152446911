"""Brings a crash point's operation about where the load alone seldom would.

A process can be killed at an operation only when it comes to it: a value has to be wrong to be
dropped, a job has to fail, a worker has to start.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable
from uuid import uuid4

from fiblab.lab.chaos.load import calls
from fiblab.lab.chaos.load.clients import Clients
from fiblab.lab.chaos.system import System
from fiblab.lab.faults.crash_points import CrashPoint
from fiblab.lab.faults.redis_faults import VALUE_KEYS

#: Requests that are sent for one provocation, to be taken by each server and each worker.
REQUESTS = 6
#: What a worker that has taken a long job is given before it is told to stop.
UNDER_WAY_S = 0.5

#: A number that is F(n) for no n.
WRONG = "1234567890"

#: Given the name of the process that is to come to the operation.
Provocation = Callable[[str], Awaitable[None]]


class Provoker:
    """Does what makes a process come to an operation."""

    def __init__(self, system: System, clients: Clients, *, seed: int) -> None:
        self._system = system
        self._clients = clients
        self._dice = random.Random(f"{seed}/provoking")  # noqa: S311 - to be had again, no secret
        self._ways: dict[str, Provocation] = {
            "drop_value": self._wrong_value,
            "drop_dense_value": self._wrong_dense_value,
            "extend_dense": self._empty_dense_range,
            "read_dense": self._new_start,
            "repair_dense": self._new_start_with_wrong_marker,
            "heartbeat": self._poison,
            "fail": self._poison,
            "release": self._stop_in_the_middle,
            "insert fibonacci_value": self._heavy,
        }

    async def provoke(self, point: CrashPoint, service: str) -> None:
        """Bring the operation about in that process, as far as that can be done from outside."""
        way = self._ways.get(point.operation)
        if way is not None:
            await way(service)

    async def _ask(self, *indices: int) -> None:
        requests = (calls.request(index, str(uuid4())) for index in indices)
        await asyncio.gather(*(self._clients.persist(call, "provoker") for call in requests))

    async def _wrong_value(self, _service: str) -> None:
        indices = self._dice.sample(self._system.shape.indices.light, REQUESTS)
        await self._ask(*indices)
        async with self._system.admin as redis:
            for index in indices:
                await redis.set(VALUE_KEYS.large(index), WRONG, ex=30)
        await self._ask(*indices, *indices)

    async def _wrong_dense_value(self, _service: str) -> None:
        indices = self._dice.sample(self._system.shape.indices.dense, REQUESTS)
        async with self._system.admin as redis:
            for index in indices:
                await redis.hset(VALUE_KEYS.dense, str(index), WRONG)
        await self._ask(*indices, *indices)

    async def _empty_dense_range(self, _service: str) -> None:
        async with self._system.admin as redis:
            await redis.delete(VALUE_KEYS.dense, VALUE_KEYS.marker)
        await self._ask(*self._dice.sample(self._system.shape.indices.dense, REQUESTS))

    async def _new_start(self, service: str) -> None:
        self._system.services[service].process.kill()

    async def _new_start_with_wrong_marker(self, service: str) -> None:
        async with self._system.admin as redis:
            await redis.set(VALUE_KEYS.marker, "999999")
        await self._new_start(service)

    async def _heavy(self, _service: str) -> None:
        await self._ask(*self._dice.sample(self._system.shape.indices.heavy, REQUESTS))

    async def _poison(self, _service: str) -> None:
        await self._ask(self._system.shape.indices.poison)

    async def _stop_in_the_middle(self, service: str) -> None:
        await self._poison(service)
        await asyncio.sleep(UNDER_WAY_S)
        process = self._system.services[service].process
        process.ask_to_stop()
        await asyncio.sleep(0.1)  # two signals at once are one
        process.ask_to_stop()

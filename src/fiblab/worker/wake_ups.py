"""How all lanes of a worker wait for work on one blocked connection."""

import asyncio
from contextlib import suppress
from typing import cast

from fiblab.queue import Keys, wait_for_work
from fiblab.redis import Connection, RedisError
from fiblab.redis.connection import full_jitter
from fiblab.worker.outages import Outages


class WakeUps:
    """Blocks for the lanes that wait just now, and for no other.

    A busy lane so takes no token from other workers. A lane that begins to wait while the
    connection is blocked for others ends that block (CLIENT UNBLOCK), and a new one begins for them
    all; where Redis forbids that command, the lane is woken up to a second late. While Redis is
    away everybody is woken after a jittered pause, to find out when it is back.
    """

    def __init__(
        self, blocking: Connection, redis: Connection, keys: Keys, outages: Outages
    ) -> None:
        self._blocking = blocking
        self._redis = redis
        self._keys = keys
        self._outages = outages
        self._sleepers: dict[asyncio.Future[None], str] = {}
        self._covered: frozenset[str] = frozenset()
        self._uncovered = asyncio.Event()
        self._dismissed = False

    async def wait(self, lane: str) -> None:
        """Wait until there may be work in the lane: who waited claims, and may find nothing."""
        if self._dismissed:
            return
        sleeper: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._sleepers[sleeper] = lane
        if lane not in self._covered:
            self._uncovered.set()
        try:
            await sleeper
        finally:
            self._sleepers.pop(sleeper, None)

    def dismiss(self) -> None:
        """Let everybody go, those too who come to wait later: the worker ends."""
        self._dismissed = True
        self._wake_all()

    async def run(self) -> None:
        """Wake sleepers until cancelled."""
        while True:
            await self._uncovered.wait()
            self._uncovered.clear()
            self._covered = frozenset(self._sleepers.values())
            if self._covered:
                await self._wake_when_work_comes()
            self._covered = frozenset()

    async def _wake_when_work_comes(self) -> None:
        try:
            came = await self._block()
        except RedisError as error:
            self._outages.note("wait for work", error)
            await asyncio.sleep(full_jitter(attempt=1))
            came = True
        else:
            self._outages.over("wait for work")
        if came or not self._uncovered.is_set():
            self._wake_all()

    async def _block(self) -> bool:
        """Block until a token comes, the poll is due, or another lane begins to wait."""
        identity = cast("int", await self._blocking.execute("CLIENT", "ID"))
        ending = asyncio.create_task(self._end_block_for_newcomer(identity))
        try:
            return await wait_for_work(self._blocking, self._keys, sorted(self._covered))
        finally:
            ending.cancel()

    async def _end_block_for_newcomer(self, identity: int) -> None:
        await self._uncovered.wait()
        with suppress(RedisError):
            # 0 while the blocking command, sent on the other connection, is still on its way.
            while await self._redis.execute("CLIENT", "UNBLOCK", identity) == 0:
                pass

    def _wake_all(self) -> None:
        for sleeper in self._sleepers:
            if not sleeper.done():
                sleeper.set_result(None)
        self._sleepers.clear()

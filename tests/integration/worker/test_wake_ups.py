"""How the lanes of one worker wait on one connection."""

import asyncio
from collections.abc import AsyncIterator
from functools import partial

import pytest

from fiblab.queue import Keys, wait_for_work
from fiblab.redis import Address, Connection
from fiblab.worker import wake_ups as wake_ups_module
from fiblab.worker.outages import Outages
from fiblab.worker.shutdown import Shutdown
from fiblab.worker.wake_ups import WakeUps

KEYS = Keys()

#: Seconds that no test waits.
NEVER_S = 3_600.0


@pytest.fixture
async def wake_ups(redis_url: str, connection: Connection) -> AsyncIterator[WakeUps]:
    """Give wake-ups that run, on a connection of their own."""
    blocking = Connection(Address.parse(redis_url), name="blocking", reply_timeout=2 * NEVER_S)
    await blocking.connect()
    opened = WakeUps(blocking, connection, KEYS, Outages(Shutdown()))
    running = asyncio.create_task(opened.run())
    yield opened
    running.cancel()
    await asyncio.wait([running])
    await blocking.close()


async def until_blocked(connection: Connection) -> None:
    """Wait until a client is blocked for work."""
    clients = b""
    while b"cmd=blpop" not in clients:
        listed = await connection.execute("CLIENT", "LIST")
        assert isinstance(listed, bytes)
        clients = listed


async def test_token_wakes_the_lane_that_waits_for_it(
    wake_ups: WakeUps, connection: Connection
) -> None:
    """The token is taken; what the lane then finds is its own business."""
    sleeper = asyncio.create_task(wake_ups.wait("light"))
    await until_blocked(connection)
    await connection.execute("LPUSH", KEYS.wake("light"), 1)
    await sleeper
    assert await connection.execute("LLEN", KEYS.wake("light")) == 0


@pytest.mark.timeout(30)
async def test_lane_that_comes_later_is_woken_by_its_own_token(
    wake_ups: WakeUps, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Though the connection is blocked for another lane already, it does not wait for the poll."""
    monkeypatch.setattr(wake_ups_module, "wait_for_work", partial(wait_for_work, timeout_s=NEVER_S))
    light = asyncio.create_task(wake_ups.wait("light"))
    await until_blocked(connection)
    heavy = asyncio.create_task(wake_ups.wait("heavy"))
    await connection.execute("LPUSH", KEYS.wake("heavy"), 1)
    await asyncio.wait([light, heavy])
    assert await connection.execute("LLEN", KEYS.wake("heavy")) == 0


async def test_no_token_is_taken_for_a_busy_lane(wake_ups: WakeUps, connection: Connection) -> None:
    """A worker whose heavy lane is busy leaves heavy tokens to workers that are idle."""
    await connection.execute("LPUSH", KEYS.wake("heavy"), 1)
    await wake_ups.wait("light")
    assert await connection.execute("LLEN", KEYS.wake("heavy")) == 1


async def test_without_a_token_the_lane_is_woken_by_the_poll(wake_ups: WakeUps) -> None:
    """A token can die with the worker that took it: nobody sleeps for ever."""
    await wake_ups.wait("light")


async def test_dismissed_lanes_never_wait_again(wake_ups: WakeUps, connection: Connection) -> None:
    """A worker that ends wakes all of its lanes, and those that come to wait afterwards."""
    sleeper = asyncio.create_task(wake_ups.wait("light"))
    await until_blocked(connection)
    wake_ups.dismiss()
    await sleeper
    await wake_ups.wait("heavy")

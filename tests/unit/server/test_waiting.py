"""Holding answers: those who wait for one index share one look, and no failure comes through."""

import asyncio

import pytest

from fiblab.redis import Unavailable
from fiblab.server.drain import Drain
from fiblab.server.waiting import Waiting
from fiblab.server.wire import FibonacciCalculating, FibonacciDone, RangeItem

CALCULATING = FibonacciCalculating(40)
DONE = FibonacciDone(40, "102334155", 9)


class Looks:
    """Tells how an index stands as the test says, and counts how often it was asked."""

    def __init__(self) -> None:
        self.count = 0
        self.answer: RangeItem | Exception = CALCULATING
        self.looked = asyncio.Event()

    async def one(self, _index: int) -> RangeItem:
        """Look once."""
        self.count += 1
        self.looked.set()
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.fixture
def looks() -> Looks:
    """Give looks that find it calculating."""
    return Looks()


@pytest.fixture
def drain() -> Drain:
    """Give a drain that has not begun."""
    return Drain()


def waiting_with(looks: Looks, drain: Drain, limit: int = 1_000) -> Waiting:
    """Make a waiting over the looks."""
    return Waiting(looks.one, drain, limit=limit)


async def test_all_who_wait_share_the_looks(looks: Looks, drain: Drain) -> None:
    """A hundred who wait for one index cost one poll, and all get its result."""
    waiting = waiting_with(looks, drain)
    tasks = [asyncio.create_task(waiting.until_known(CALCULATING, 20)) for _ in range(100)]
    await looks.looked.wait()
    looks.answer, before = DONE, looks.count
    assert await asyncio.gather(*tasks) == [DONE] * 100
    assert looks.count == before + 1


async def test_failing_store_ends_the_wait(looks: Looks, drain: Drain) -> None:
    """A store that fails meanwhile leaves the answer as it stood: it may be counted by now."""
    looks.answer = Unavailable("away")
    assert await waiting_with(looks, drain).until_known(CALCULATING, 20) is CALCULATING


async def test_what_was_seen_last_is_answered(looks: Looks, drain: Drain) -> None:
    """Progress that was seen while the answer was held is not forgotten when the hold ends."""
    looks.answer = half_done = FibonacciCalculating(40, 0.5, 1)
    task = asyncio.create_task(waiting_with(looks, drain).until_known(CALCULATING, 20))
    await looks.looked.wait()
    looks.answer = Unavailable("away")
    assert await task is half_done


async def test_time_is_over(looks: Looks, drain: Drain) -> None:
    """After the time that was asked for it is answered as it stood, and nobody polls on."""
    waiting = waiting_with(looks, drain)
    assert await waiting.until_known(CALCULATING, 0.001) is CALCULATING
    await asyncio.sleep(0)
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_draining_lets_go(looks: Looks, drain: Drain) -> None:
    """When the server drains those who wait are let go, and nobody begins to wait."""
    waiting = waiting_with(looks, drain)
    task = asyncio.create_task(waiting.until_known(CALCULATING, 20))
    await looks.looked.wait()
    drain.begin()
    assert await task == CALCULATING
    looks.count = 0
    assert await waiting.until_known(CALCULATING, 20) is CALCULATING
    assert looks.count == 0


async def test_beyond_the_limit_nobody_is_held(looks: Looks, drain: Drain) -> None:
    """As many are held as the limit says; one more is answered at once."""
    waiting = waiting_with(looks, drain, limit=1)
    task = asyncio.create_task(waiting.until_known(CALCULATING, 20))
    await looks.looked.wait()
    assert await waiting.until_known(CALCULATING, 20) is CALCULATING
    looks.answer = DONE
    assert await task is DONE
    assert await waiting.until_known(CALCULATING, 20) is DONE


async def test_one_who_goes_away_takes_nobody_along(looks: Looks, drain: Drain) -> None:
    """A cancelled request leaves the others waiting."""
    waiting = waiting_with(looks, drain)
    leaves, stays = (asyncio.create_task(waiting.until_known(CALCULATING, 20)) for _ in range(2))
    await looks.looked.wait()
    leaves.cancel()
    looks.answer = DONE
    assert await stays is DONE

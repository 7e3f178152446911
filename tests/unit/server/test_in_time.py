"""A time limit holds even for a call that does not let itself be cancelled."""

import asyncio

import pytest

from fiblab.server.in_time import in_time


class Stubborn:
    """A call that goes on when it is cancelled, until it is released."""

    def __init__(self) -> None:
        self.begun = asyncio.Event()
        self.released = asyncio.Event()
        self.ended = asyncio.Event()

    async def call(self) -> str:
        """Wait, whatever happens, and fail in the end."""
        self.begun.set()
        try:
            await self.released.wait()
        except asyncio.CancelledError:
            await self.released.wait()
        self.ended.set()
        raise ValueError("nobody waits for this")


async def test_result_and_error_come_through() -> None:
    """What ends in time ends as if it had been awaited."""
    assert await in_time(asyncio.sleep(0, "result"), 10) == "result"
    stubborn = Stubborn()
    stubborn.released.set()
    with pytest.raises(ValueError, match="nobody"):
        await in_time(stubborn.call())


async def test_limit_holds() -> None:
    """A call that cannot be cancelled is left behind, and ends unseen."""
    stubborn = Stubborn()
    with pytest.raises(TimeoutError):
        await in_time(stubborn.call(), 0.001)
    assert not stubborn.ended.is_set()
    stubborn.released.set()
    await stubborn.ended.wait()


async def test_cancelling_holds() -> None:
    """Who waits can be cancelled at once, as a request is by its deadline."""
    stubborn = Stubborn()
    waiting = asyncio.create_task(in_time(stubborn.call()))
    await stubborn.begun.wait()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert not stubborn.ended.is_set()
    stubborn.released.set()
    await stubborn.ended.wait()

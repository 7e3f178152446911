"""Waiting for something that only can be asked for."""

import asyncio
from collections.abc import Awaitable, Callable

#: Seconds between two looks, and at most in all.
PAUSE_S, PATIENCE_S = 0.02, 120.0


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    """Look until it holds; raises TimeoutError after two minutes."""
    async with asyncio.timeout(PATIENCE_S):
        while not await holds():  # noqa: ASYNC110 - another process makes it hold
            await asyncio.sleep(PAUSE_S)

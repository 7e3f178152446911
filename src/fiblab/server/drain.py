"""Draining: the server has been told to stop and finishes what it has."""

import asyncio
from collections.abc import Callable


class Drain:
    """Whether draining has begun; those who hold an answer on purpose let go of it then."""

    def __init__(self) -> None:
        self._event = asyncio.Event()
        self._holders: list[Callable[[], None]] = []

    @property
    def begun(self) -> bool:
        """Whether this server should get no more requests."""
        return self._event.is_set()

    def begin(self) -> None:
        """Begin; there is no way back."""
        if not self._event.is_set():
            self._event.set()
            for let_go in self._holders:
                let_go()

    def on_begin(self, let_go: Callable[[], None]) -> None:
        """Have something called at once, and once, when it begins."""
        self._holders.append(let_go)

    async def wait(self, seconds: float) -> bool:
        """Sleep for `seconds`, or until draining begins: then return True at once."""
        try:
            async with asyncio.timeout(seconds):
                return await self._event.wait()
        except TimeoutError:
            return False

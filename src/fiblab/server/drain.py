"""Draining: the server has been told to stop and finishes what it has."""

import asyncio


class Drain:
    """Whether draining has begun; those who hold an answer on purpose let go of it then."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    @property
    def begun(self) -> bool:
        """Whether this server should get no more requests."""
        return self._event.is_set()

    def begin(self) -> None:
        """Begin; there is no way back."""
        self._event.set()

    async def wait(self, seconds: float) -> bool:
        """Sleep for `seconds`, or until draining begins: then return True at once."""
        try:
            async with asyncio.timeout(seconds):
                return await self._event.wait()
        except TimeoutError:
            return False

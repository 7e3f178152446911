"""How a worker is asked to end."""

import asyncio


class Shutdown:
    """Two requests: the first lets jobs in hand finish, the second gives them back at once."""

    def __init__(self) -> None:
        self.begun = asyncio.Event()
        self.at_once = asyncio.Event()

    def request(self) -> None:
        """Ask, or ask again."""
        if self.begun.is_set():
            self.at_once.set()
        self.begun.set()

    @property
    def has_begun(self) -> bool:
        """Whether nothing new is to be taken up."""
        return self.begun.is_set()

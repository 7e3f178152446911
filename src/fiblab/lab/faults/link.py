"""A way between one process and one store: a TCP proxy, where the network can fail on purpose.

Both ends are real and know nothing of it. Bytes go on unchanged; a link only looks where one
operation ends and the next begins, so that a fault can strike right before or right after one.
"""

import asyncio
import time
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable
from urllib.parse import urlsplit, urlunsplit

from fiblab.lab.faults.framing import Framer, Moment, Trap
from fiblab.lab.faults.way import Way


class Link(ABC):
    """A port of this machine that leads to one store; `open` it, and `close` it at the end.

    Faults are one-shot (`arm`, `cut`) or last until undone (`stall`, `delay`). A
    process that is killed merely breaks its connections; the link stays for its successor.
    """

    def __init__(self, name: str, url: str) -> None:
        """Lead to the store at this URL; ValueError for one without host and port."""
        store = urlsplit(url)
        if store.hostname is None or store.port is None:
            raise ValueError("a link needs a URL with host and port")
        self.name = name
        self.upstream = store.hostname, store.port
        self._url = url
        self.operations: Counter[str] = Counter()
        """Every operation that came from the process, by its name."""
        self.latency_s = 0.0
        self.is_stalled = False
        self.ways: set[Way] = set()
        self._trap: Trap | None = None
        self._server: asyncio.Server | None = None

    @abstractmethod
    def new_framers(self) -> tuple[Framer, Framer]:
        """Make what follows a new connection: its operations, and its replies."""

    async def open(self) -> None:
        """Listen on a free port of loopback."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: Way(self), "127.0.0.1", 0)

    @property
    def port(self) -> int:
        """Where it listens; RuntimeError before `open`."""
        if self._server is None:
            raise RuntimeError(f"the link {self.name} is not open")
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    @property
    def url(self) -> str:
        """The store's URL, led through this link; user, password and database stay."""
        store = urlsplit(self._url)
        login = store.netloc.rpartition("@")[0]
        return urlunsplit(store._replace(netloc=f"{login}@127.0.0.1:{self.port}"))

    async def close(self) -> None:
        """Stop listening and break what is open."""
        self.disarm()
        self.cut()
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    def arm(
        self, operation: str | None, moment: Moment, action: Callable[[], None]
    ) -> asyncio.Future[float]:
        """Wait for an operation, any if None; strike once, with `action`, and end its connection.

        BEFORE: when all of it has come, and none of it was handed on. AFTER: when the store has
        wholly answered, and none of that was handed on. HALF_REPLY: the same, and half of it was.
        What came earlier on the same connection is handed on in each case. The future tells the
        monotonic time of the strike; cancel it, or `disarm`, to call the strike off. A trap that is
        there gives way. Where the connection ends before the reply, the trap waits for the next.
        """
        self.disarm()
        struck: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        self._trap = Trap(operation, moment, action, struck)
        return struck

    def disarm(self) -> None:
        """Take the trap away, if there is one; its future is cancelled."""
        trap, self._trap = self._trap, None
        if trap is not None:
            trap.struck.cancel()

    def spring(self, operation: str) -> Trap | None:
        """Take the trap that waits for this operation."""
        trap = self._trap
        if trap is None or trap.is_sprung or trap.struck.done():
            return None
        if trap.operation is not None and trap.operation != operation:
            return None
        trap.is_sprung = True
        return trap

    def strike(self, trap: Trap) -> None:
        """Do what the trap is for."""
        trap.action()
        trap.struck.set_result(time.monotonic())

    def stall(self) -> None:
        """Let nothing pass: connections stay and are mute, new ones are taken and get no word."""
        self.is_stalled = True
        for way in self.ways:
            way.regulate()

    def resume(self) -> None:
        """Let everything pass that has waited."""
        self.is_stalled = False
        for way in list(self.ways):
            way.go_on()

    def delay(self, seconds: float) -> None:
        """Let everything arrive later by so much, each way; 0 ends it."""
        self.latency_s = seconds

    def cut(self) -> None:
        """Reset every connection now."""
        for way in list(self.ways):
            way.cut()

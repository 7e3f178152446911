"""Hundreds of clients that lose one Redis at once, and come back to it."""

import asyncio
import re
import socket
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Self

import pytest

from fiblab.redis import Address, Connection

from .redis_process import RedisProcess

pytestmark = [pytest.mark.chaos, pytest.mark.alone]

#: Connections that lose Redis: the fault matrix's number.
CROWD = 500

#: Attempts that are made in vain before Redis is back: eight a client on average.
ATTEMPTS = 8 * CROWD

#: By how many attempts one client must be ahead of another at some time. In step nobody is ahead by
#: more than one, or two where the machine is slow; at random some soon are by more than five.
AHEAD = 4

#: Seconds within which all are back: the fault matrix's number.
RECOVERY_LIMIT_S = 30.0

#: Who comes, in the first words of a connection.
SAYS_ITS_NAME = re.compile(rb"client-(\d+)")


class ClosedDoor:
    """Listens where Redis was, hangs up on everybody who has said its name, and counts them.

    Not by asyncio's server: closed while it accepts somebody, it forgets that one's transport.
    """

    def __init__(self, port: int) -> None:
        self._port = port
        self._enough = asyncio.Event()
        self._visits: set[asyncio.Task[None]] = set()
        self.attempts = Counter(dict.fromkeys(range(CROWD), 0))
        self.furthest_ahead = 0

    async def __aenter__(self) -> Self:
        self._listener = socket.create_server(("127.0.0.1", self._port), backlog=CROWD)
        self._listener.settimeout(0)
        asyncio.get_running_loop().add_reader(self._listener, self._accept)
        return self

    async def __aexit__(self, *_: object) -> None:
        asyncio.get_running_loop().remove_reader(self._listener)
        self._listener.close()
        await asyncio.gather(*self._visits)

    def _accept(self) -> None:
        with suppress(BlockingIOError):  # who knocked has left already
            visitor, _ = self._listener.accept()
            visit = asyncio.create_task(self._turn_away(visitor))
            self._visits.add(visit)
            visit.add_done_callback(self._visits.discard)

    async def _turn_away(self, visitor: socket.socket) -> None:
        visitor.settimeout(0)
        said = b""
        with visitor, suppress(ConnectionError):
            said = await asyncio.get_running_loop().sock_recv(visitor, 1_000)
        if name := SAYS_ITS_NAME.search(said):
            self._count(int(name[1]))

    def _count(self, client: int) -> None:
        self.attempts[client] += 1
        ahead = self.attempts[client] - min(self.attempts.values())
        self.furthest_ahead = max(self.furthest_ahead, ahead)
        if self.attempts.total() >= ATTEMPTS:
            self._enough.set()

    async def until_enough_came(self) -> None:
        """Return when they have tried so often."""
        await self._enough.wait()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RedisProcess]:
    """Start a Redis of the test's own."""
    folder = tmp_path / "redis"
    folder.mkdir()
    process = RedisProcess(folder)
    process.start()
    yield process
    process.kill()


@pytest.fixture
async def crowd(server: RedisProcess) -> AsyncIterator[list[Connection]]:
    """Connect all of them, each under its name."""
    address = Address.parse(server.url)
    opened = [Connection(address, name=f"client-{number}") for number in range(CROWD)]
    for connection in opened:  # not all at once: each has its time limit
        await connection.connect()
    yield opened
    await asyncio.gather(*(connection.close() for connection in opened))


async def test_crowd_comes_back_one_by_one(server: RedisProcess, crowd: list[Connection]) -> None:
    """They try again at random times; all are back soon, once each, and get their own answers."""
    server.kill()
    async with ClosedDoor(server.port) as door:
        await door.until_enough_came()
    assert door.furthest_ahead >= AHEAD
    server.start()
    await asyncio.gather(*(one.wait_connected(RECOVERY_LIMIT_S) for one in crowd))
    echoes = await asyncio.gather(
        *(one.execute("ECHO", f"for {number}") for number, one in enumerate(crowd))
    )
    assert echoes == [b"for %d" % number for number in range(CROWD)]
    present = Counter(client["name"] for client in server.client().client_list())
    assert {name: present[name] for name in present if name} == {
        f"client-{number}": 1 for number in range(CROWD)
    }

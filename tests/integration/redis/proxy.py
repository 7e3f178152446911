"""A TCP proxy before a Redis socket that cuts the connection where the network would hurt most."""

import asyncio
import contextlib
import enum
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Self

#: Bytes read at once; larger than any command or reply of the tests that cut.
_CHUNK = 65_536


class Cut(enum.Enum):
    """Where the next exchange is cut."""

    BEFORE_REQUEST = "the server never sees the request"
    BEFORE_REPLY = "the server has run the request, no byte of the reply arrives"
    MID_REPLY = "the first half of the reply arrives"
    GARBAGE = "the reply arrives as something that is not Redis's protocol"


class CuttingProxy:
    """Forwards 127.0.0.1:`port` to a unix socket; armed with a `Cut`, it cuts once."""

    def __init__(self, target: Path) -> None:
        self._target = target
        self._armed: Cut | None = None
        self._exchanges: set[asyncio.Task[None]] = set()
        self.port = 0

    @classmethod
    @contextlib.asynccontextmanager
    async def before(cls, target: Path) -> AsyncIterator[Self]:
        """Run a proxy on a free port."""
        proxy = cls(target)
        server = await asyncio.start_server(proxy._accept, "127.0.0.1", 0)
        proxy.port = server.sockets[0].getsockname()[1]
        try:
            yield proxy
        finally:
            server.close()
            for exchange in proxy._exchanges:
                exchange.cancel()
            await asyncio.gather(*proxy._exchanges, return_exceptions=True)

    def arm(self, cut: Cut) -> None:
        """Cut the next exchange, then forward faithfully again."""
        self._armed = cut

    def _accept(self, client: asyncio.StreamReader, answers: asyncio.StreamWriter) -> None:
        self._exchanges.add(asyncio.create_task(self._forward(client, answers)))

    async def _forward(self, client: asyncio.StreamReader, answers: asyncio.StreamWriter) -> None:
        """Forward both ways until one side ends or a cut is due, then hang up on both."""
        replies, requests = await asyncio.open_unix_connection(self._target)
        pumps = [
            asyncio.create_task(self._requests(client, requests)),
            asyncio.create_task(self._replies(replies, answers)),
        ]
        try:
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for pump in pumps:
                pump.cancel()
            answers.close()
            requests.close()
            closings = (answers.wait_closed(), requests.wait_closed())
            await asyncio.gather(*pumps, *closings, return_exceptions=True)

    async def _requests(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        while data := await source.read(_CHUNK):
            if self._armed is Cut.BEFORE_REQUEST:
                self._armed = None
                return
            sink.write(data)

    async def _replies(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        while data := await source.read(_CHUNK):
            cut, self._armed = self._armed, None
            match cut:
                case None:
                    sink.write(data)
                case Cut.MID_REPLY:
                    sink.write(data[: len(data) // 2])
                    return
                case Cut.GARBAGE:
                    sink.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
                    await source.read()  # held open: it is the client's to hang up
                case _:
                    return

"""The desk's end of the sockets by which `up` is told what to do with its processes."""

import asyncio
import secrets
import socket

import msgspec

from fiblab.embedded.control import MESSAGE_LIMIT_BYTES, Asked, Order, Told
from fiblab.lab.desk.problems import NO_ANSWER_YET
from fiblab.server.problems import Refusal, retry_after

#: Seconds for an answer: `up` looks ten times a second, and waits for a store that it starts.
ANSWER_LIMIT_S = 10.0

_decode = msgspec.json.Decoder(Told).decode


class Control:
    """Asks `up`, through the file that it passed on; needs a running event loop.

    An answer to a question of an earlier desk, which was killed, finds nobody and is dropped.
    """

    def __init__(self, fd: int) -> None:
        self._socket = socket.socket(fileno=fd)
        self._socket.settimeout(0)
        self._waiting: dict[str, asyncio.Future[Told]] = {}
        asyncio.get_running_loop().add_reader(fd, self._read)

    async def ask(self, name: str = "", order: Order | None = None) -> Told:
        """Give an order, or look; raises Refusal, indefinite, where no answer comes."""
        asked = Asked(secrets.token_hex(8), name, order)
        answer: asyncio.Future[Told] = asyncio.get_running_loop().create_future()
        self._waiting[asked.id] = answer
        try:
            async with asyncio.timeout(ANSWER_LIMIT_S):
                self._socket.send(msgspec.json.encode(asked))
                return await answer
        except (OSError, TimeoutError):
            wait = retry_after(1.0)
            raise Refusal(NO_ANSWER_YET, NO_ANSWER_YET.advice, headers=[wait]) from None
        finally:
            del self._waiting[asked.id]

    def _read(self) -> None:
        told = _decode(self._socket.recv(MESSAGE_LIMIT_BYTES))
        answer = self._waiting.get(told.id)
        if answer is not None and not answer.done():
            answer.set_result(told)

    def close(self) -> None:
        """Ask no more."""
        asyncio.get_running_loop().remove_reader(self._socket.fileno())
        self._socket.close()

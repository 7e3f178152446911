"""One connection of a process through a link, and the one to the store that belongs to it."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections import deque
from typing import TYPE_CHECKING, cast

from fiblab.lab.faults.ends import LateWriter, read
from fiblab.lab.faults.framing import Frame, Moment, Trap

if TYPE_CHECKING:
    from fiblab.lab.faults.link import Link

#: SO_LINGER, on and with no time: closing a socket resets its connection (socket(7)).
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


class Way(asyncio.Protocol):
    """Hands bytes on in both directions, and gives each operation its reply to find traps by.

    An operation is handed on when all of it has come, and a reply as it comes, but for one upon
    which a trap strikes. Neither end is read faster than the other takes. As a protocol it is the
    end towards the process; `_StoreEnd` is the other.
    """

    def __init__(self, link: Link) -> None:
        self._link = link
        self._operations, self._replies = link.new_framers()
        self._process: asyncio.Transport | None = None
        self._store: asyncio.Transport | None = None
        self._process_is_full = self._store_is_full = False
        self._dialling: asyncio.Task[None] | None = None
        self._early = bytearray()  # what came before it could be handed on
        self._partial = bytearray()  # of an operation that has not wholly come
        self._pending: deque[Trap | None] = deque()  # one for each reply that is to come
        self._withheld = bytearray()  # of the reply upon which a trap strikes
        self._to_store = LateWriter(link, lambda: self._store)
        self._to_process = LateWriter(link, lambda: self._process)

    @property
    def is_held_back(self) -> bool:
        """Whether an end is not read because the other does not take what comes."""
        return self._process_is_full or self._store_is_full

    # --- the end towards the process -----------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Lead a new connection on to the store."""
        self._process = cast("asyncio.Transport", transport)
        self._link.ways.add(self)
        if not self._link.is_stalled:
            self._dial()

    def data_received(self, data: bytes) -> None:
        """Hand on each operation that has wholly come, unless a trap waits for it."""
        if self._store is None or self._link.is_stalled:
            self._early += data
            return
        shift, ready = len(self._partial), 0
        self._partial += data
        for frame in self._operations_in(data):
            if frame.name:
                self._link.operations[frame.name] += 1
                trap = self._link.spring(frame.name)
                if trap is not None and trap.moment is Moment.BEFORE:
                    self._to_store.write(bytes(self._partial[:ready]))
                    self._strike(trap)
                    return
                self._pending.append(trap)
            ready = shift + frame.end
        self._to_store.write(bytes(self._partial[:ready]))
        del self._partial[:ready]

    def _operations_in(self, data: bytes) -> list[Frame]:
        try:
            return self._operations.feed(data)
        except ValueError:
            self.cut()  # a process that speaks something else must not wait for an answer
            raise

    def connection_lost(self, _error: Exception | None) -> None:
        """Close towards the store, too, once it has what the process had sent."""
        self._link.ways.discard(self)
        for trap in self._pending:
            if trap is not None:
                trap.is_sprung = False  # its reply never came: it waits for the next
        if self._dialling is not None:
            self._dialling.cancel()
        if self._store is not None:
            self._store.close()

    def pause_writing(self) -> None:
        """Let the store wait: the process does not read."""
        self._process_is_full = True
        self.regulate()

    def resume_writing(self) -> None:
        """Read from the store again."""
        self._process_is_full = False
        self.regulate()

    # --- the end towards the store -------------------------------------------------------------

    def _dial(self) -> None:
        self._dialling = asyncio.create_task(self._connect())

    async def _connect(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            await loop.create_connection(lambda: _StoreEnd(self), *self._link.upstream)
        except OSError:
            self.cut()  # to the process it is as if the store refused

    def reached(self, store: asyncio.Transport) -> None:
        """Begin to hand on, now that there is a connection to the store."""
        self._store = store
        if self._process is None or self._process.is_closing():
            store.abort()
        else:
            self.go_on()

    def answered(self, data: bytes) -> None:
        """Hand on what the store answers, but for a reply upon which a trap strikes."""
        shift, ready = len(self._withheld), 0
        self._withheld += data
        for frame in self._replies.feed(data):
            if frame.name and self._pending:  # no part of a login, and not unasked
                trap = self._pending.popleft()
                if trap is not None and not trap.struck.done():
                    self._to_process.write(bytes(self._withheld[:ready]))
                    self._strike_upon_reply(trap, self._withheld[ready : shift + frame.end])
                    return
            ready = shift + frame.end
        upcoming = self._pending[0] if self._pending else None
        if upcoming is None or upcoming.struck.done():
            ready = len(self._withheld)
        self._to_process.write(bytes(self._withheld[:ready]))
        del self._withheld[:ready]

    def lost_store(self) -> None:
        """Close towards the process, once it has what came before."""
        if self._process is not None:
            self._process.close()

    def pause_store_writing(self) -> None:
        """Let the process wait: the store does not read."""
        self._store_is_full = True
        self.regulate()

    def resume_store_writing(self) -> None:
        """Read from the process again."""
        self._store_is_full = False
        self.regulate()

    # --- faults --------------------------------------------------------------------------------

    def _strike_upon_reply(self, trap: Trap, reply: bytearray) -> None:
        if trap.moment is Moment.HALF_REPLY:
            self._to_process.write(bytes(reply[: len(reply) // 2]))
        self._strike(trap)

    def _strike(self, trap: Trap) -> None:
        """Strike, then hang up on both; what was handed on before still arrives."""
        self._link.strike(trap)
        for transport in (self._process, self._store):
            if transport is not None:
                transport.close()

    def go_on(self) -> None:
        """Hand on what has waited for the store, or for the end of a stall."""
        if self._store is None:
            if self._dialling is None:
                self._dial()
            return
        early, self._early = bytes(self._early), bytearray()
        self.data_received(early)
        self.regulate()

    def regulate(self) -> None:
        """Read from each end while the other takes what comes, and from neither in a stall."""
        flows = not self._link.is_stalled
        read(self._process, while_=flows and not self._store_is_full)
        read(self._store, while_=flows and not self._process_is_full)

    def cut(self) -> None:
        """Reset both connections at once; what is on its way is lost."""
        for transport in (self._process, self._store):
            if transport is not None and not transport.is_closing():
                end: socket.socket = transport.get_extra_info("socket")
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
                transport.abort()


class _StoreEnd(asyncio.Protocol):
    """The connection to the store; all that happens there is the way's business."""

    def __init__(self, way: Way) -> None:
        self._way = way

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._way.reached(cast("asyncio.Transport", transport))

    def data_received(self, data: bytes) -> None:
        self._way.answered(data)

    def connection_lost(self, _error: Exception | None) -> None:
        self._way.lost_store()

    def pause_writing(self) -> None:
        self._way.pause_store_writing()

    def resume_writing(self) -> None:
        self._way.resume_store_writing()

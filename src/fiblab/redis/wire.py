"""One open connection: commands out, replies in, in the same order.

Redis answers the commands of a connection in the order in which it got them. That is the whole
trick of multiplexing: any number of coroutines may write to one connection, as long as the n-th
reply is given to the writer of the n-th command. A queue of futures does that:

    execute() ──► [future, future, future] ──► the socket ──► Redis
                     ▲ popleft, once per reply  ◄──────────────┘

- Commands written within one tick of the event loop leave in a single write.
- A cancelled caller's future stays in the queue until its reply has come and been thrown away.
  Taking it out at once would hand its reply to the next caller.
- A reply that does not come in time makes the whole connection worthless, since nobody can say
  whose the next reply would be: the connection is dropped, never repaired.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import TypeAlias, cast

import hiredis

from fiblab.redis.errors import CommandError, ReplyLost, ReplyTimeout, Unavailable

#: What Redis answers in RESP2, not decoded. An error *within* a list (EXEC gives such) stays there
#: as a `CommandError`.
Reply: TypeAlias = "bytes | int | list[Reply] | None"

#: Bytes that may wait in this process for a server that does not read; past it, commands are
#: refused. Room for three of the largest values (21 MB each, F(100,000,000)).
WAITING_BYTES_LIMIT = 64 * 1024 * 1024

#: Seconds by which the watchdog may be late before we suspect that this process stood still.
_LATE_S = 0.05


class Wire(asyncio.Protocol):
    """The protocol half of a connection: pairs each reply with its command's future.

    Lives for one connection. `on_lost` is called once, when the connection has ended, with the
    reason. `reply_timeout` is in seconds and is also the time in which a reply must be complete.
    """

    __slots__ = (
        "_in_flight",
        "_limit",
        "_loop",
        "_lost",
        "_on_lost",
        "_paused",
        "_reader",
        "_reply_timeout",
        "_timer",
        "_transport",
        "_unsent",
        "_unsent_bytes",
        "opened_at",
    )

    _transport: asyncio.Transport

    def __init__(
        self,
        *,
        reply_timeout: float,
        waiting_bytes_limit: int,
        on_lost: Callable[["Wire", str], None],
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self.opened_at = self._loop.time()
        self._reply_timeout = reply_timeout
        self._limit = waiting_bytes_limit
        self._on_lost = on_lost
        self._lost: str | None = None
        self._reader = hiredis.Reader(replyError=CommandError.parse)
        self._in_flight: deque[tuple[asyncio.Future[Reply], float]] = deque()
        self._unsent: list[bytes] = []
        self._unsent_bytes = 0
        self._paused = False
        self._timer: asyncio.TimerHandle | None = None

    # --- out -------------------------------------------------------------------------------------

    def send(self, command: tuple[bytes | str | int, ...]) -> asyncio.Future[Reply]:
        """Queue a command for the end of this tick; its future gets the reply or the error."""
        future: asyncio.Future[Reply] = self._loop.create_future()
        if self._paused or self._unsent_bytes > self._limit or self._lost is not None:
            future.set_exception(self._unsendable())
            return future
        packed: bytes = hiredis.pack_command(command)  # type: ignore[arg-type] # its stub says: 1 item
        if not self._unsent:
            self._loop.call_soon(self._flush)
        self._unsent.append(packed)
        self._unsent_bytes += len(packed)
        sent_at = self._loop.time()
        self._in_flight.append((future, sent_at))
        if self._timer is None:
            self._watch_from(sent_at)
        return future

    def _flush(self) -> None:
        if self._lost is None:
            self._transport.write(b"".join(self._unsent))
        self._unsent.clear()
        self._unsent_bytes = 0

    def _unsendable(self) -> Unavailable:
        if self._lost is not None:
            return Unavailable(f"not sent: the connection to Redis ended ({self._lost})")
        return Unavailable(f"not sent: {self._limit} bytes already wait for Redis to read them")

    # --- in --------------------------------------------------------------------------------------

    def data_received(self, data: bytes) -> None:
        """Give each complete reply to the oldest command in flight."""
        reader, in_flight = self._reader, self._in_flight
        reader.feed(data)
        try:
            while (reply := reader.gets()) is not False:
                if not in_flight:  # as "max number of clients reached", before we said a word
                    self.drop(f"Redis said unasked: {reply}")
                    return
                future, _ = in_flight.popleft()
                if future.done():  # its caller was cancelled: nobody gets this reply
                    continue
                if reply.__class__ is CommandError:
                    future.set_exception(reply)
                else:
                    future.set_result(reply)
        except hiredis.ProtocolError as error:
            self.drop(f"not a Redis reply: {error}")

    # --- time ------------------------------------------------------------------------------------

    def _watch_from(self, sent_at: float) -> None:
        due = sent_at + self._reply_timeout
        self._timer = self._loop.call_at(due, self._watch, due)

    def _watch(self, due: float) -> None:
        """Look at the oldest command in flight: one timer for all, armed only while one is."""
        self._timer = None
        if not self._in_flight:
            return
        now, oldest = self._loop.time(), self._in_flight[0][1]
        if now - due > _LATE_S:
            # This process stood still (SIGSTOP, a long computation) rather than Redis: the replies
            # may wait in the socket. Let the loop read them before anyone is judged.
            self._timer = self._loop.call_later(_LATE_S, self._watch, now + _LATE_S)
        elif oldest + self._reply_timeout > now:
            self._watch_from(oldest)
        else:
            self.drop(f"no reply within {self._reply_timeout} s")

    # --- the end ---------------------------------------------------------------------------------

    def drop(self, reason: str) -> None:
        """End the connection at once, and tell everyone in flight what that means for them."""
        if self._lost is not None:
            return
        self._lost = reason
        if self._timer is not None:
            self._timer.cancel()
        self._transport.abort()
        self._fail_in_flight(reason)
        self._on_lost(self, reason)

    def _fail_in_flight(self, reason: str) -> None:
        sent = len(self._in_flight) - len(self._unsent)  # the youngest never left this process
        overdue = self._loop.time() - self._reply_timeout
        for position, (future, sent_at) in enumerate(self._in_flight):
            if not future.done():
                future.set_exception(
                    Unavailable(f"not sent: {reason}")
                    if position >= sent
                    else ReplyTimeout(f"sent, may have run: {reason}")
                    if sent_at <= overdue
                    else ReplyLost(f"sent, may have run: {reason}")
                )

    # --- what the transport tells us -------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the transport over, and bound what it may hold back."""
        self._transport = cast("asyncio.Transport", transport)
        self._transport.set_write_buffer_limits(high=self._limit)

    def connection_lost(self, exc: Exception | None) -> None:
        """Redis or the network ended the connection."""
        self.drop(f"the connection broke: {exc}" if exc else "Redis closed the connection")

    def pause_writing(self) -> None:
        """Refuse further commands: the transport holds more than the limit."""
        self._paused = True

    def resume_writing(self) -> None:
        """Accept commands again: the transport has got rid of most of what it held."""
        self._paused = False

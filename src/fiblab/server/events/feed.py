"""The one reader of the queue's event stream in this process, for all who listen.

    nobody listens ──open()──► following ──(Redis away: try again)──┐
          ▲                        │  ▲─────────────────────────────┘
          └──nobody for LINGER_S───┘

Reading costs nothing while nobody listens: the connection for it is opened for the first listener.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, contextmanager
from typing import Final

import structlog

from fiblab.observability.logs import Category
from fiblab.queue import EventStream, QueueError
from fiblab.queue.event_stream import PAGE_ENTRIES
from fiblab.queue.stream_entries import BEGINNING, EntryId
from fiblab.redis import RedisError
from fiblab.server.client_connection import ClientConnection
from fiblab.server.drain import Drain
from fiblab.server.events.batch import Batch
from fiblab.server.events.listener import Listener
from fiblab.server.events.sse import opening
from fiblab.server.problems import OVERLOADED, Refusal, retry_after

#: Listeners at once; each holds a connection, and may make this process hold some memory.
LISTENERS_LIMIT: Final = 200
#: Seconds until one that was refused is worth another try.
REFUSED_RETRY_S: Final = 5.0
#: Seconds that the reader goes on when nobody listens: people reload pages.
LINGER_S: Final = 5.0
#: Seconds between two tries while Redis does not answer; its connection is kept up meanwhile.
RETRY_S: Final = 0.5
#: Seconds between two batches that are not full: at a thousand events a second listeners are woken
#: fifty times, and nobody sees the difference.
PAUSE_S: Final = 0.02

OpenEventStream = Callable[[], AbstractAsyncContextManager[EventStream]]

_log = structlog.get_logger()


class EventFeed:
    """Follows the stream while someone listens, and hands each batch to all who do.

    Redis may go and come back: the reader goes on after the last entry that it has read, and tells
    of a gap where that one is no longer followed by all that came after it.
    """

    def __init__(self, open_stream: OpenEventStream, kept: EventStream, drain: Drain) -> None:
        self._open_stream = open_stream
        self._kept = kept
        self._drain = drain
        self._listeners: set[Listener] = set()
        self._opening = asyncio.Lock()
        self._reader: asyncio.Task[None] | None = None
        self._following = False
        self._is_interrupted = False
        self._position = BEGINNING
        self._left_at = 0.0
        drain.on_begin(self.close)

    @property
    def listeners(self) -> int:
        """How many listen."""
        return len(self._listeners)

    async def open(self) -> None:
        """Follow the stream from now on, unless that is done already.

        Raises RedisError where it cannot be read, and Refusal where too many listen; definite.
        """
        if len(self._listeners) >= LISTENERS_LIMIT:
            wait = retry_after(REFUSED_RETRY_S)
            raise Refusal(OVERLOADED, "Too many listen to the events already.", headers=[wait])
        async with self._opening:
            self._left_at = asyncio.get_running_loop().time()
            if self._following:
                return
            async with AsyncExitStack() as stack:
                stream = await stack.enter_async_context(self._open_stream())
                self._position = await stream.tip()
                if not self._drain.begun:
                    self._following = True
                    self._reader = asyncio.create_task(self._follow(stream, stack.pop_all()))

    async def stream(
        self, connection: ClientConnection, after: EntryId | None
    ) -> AsyncGenerator[bytes, None]:
        """Yield what a listener is sent, from an entry or from now on, until it or this ends.

        Call `open` first. Where Redis fails while what is kept is read, it ends, and the client
        asks on from where it is.
        """
        with self._listening(connection, after) as listener:
            async for text in self._texts(listener, after):
                if listener.ended:
                    return
                if text:  # an empty piece would end the answer
                    listener.sending = True
                    yield text
                    listener.sending = False

    @contextmanager
    def _listening(self, connection: ClientConnection, after: EntryId | None) -> Iterator[Listener]:
        """Let one listen for what comes after now, or after an entry that lies ahead of now."""
        listener = Listener(connection, max(after or BEGINNING, self._position))
        connection.when_lost = listener.end
        self._listeners.add(listener)
        if not self._following:
            listener.end()
        try:
            yield listener
        finally:
            connection.forget()
            self._listeners.remove(listener)
            self._left_at = asyncio.get_running_loop().time()

    async def _texts(self, listener: Listener, after: EntryId | None) -> AsyncIterator[bytes]:
        begun_at = self._position
        yield opening(str(begun_at if after is None else after))
        if after is not None:
            try:
                async for text in self._kept_between(listener, after, begun_at):
                    yield text
            except RedisError:
                return
        while True:
            yield await listener.next()

    async def _kept_between(
        self, listener: Listener, after: EntryId, begun_at: EntryId
    ) -> AsyncIterator[bytes]:
        """Yield what came after an entry until the listening began."""
        while after != begun_at:
            page = await self._kept.page(after, begun_at)
            yield Batch.of(page).text
            if not page.entries:
                if page.position < after:  # the stream has begun anew
                    listener.skip_to(page.position)
                return
            after = page.position

    async def _follow(self, stream: EventStream, connection: AsyncExitStack) -> None:
        async with connection:
            try:
                while self._is_wanted():
                    await self._read(stream)
            except Exception:  # noqa: BLE001 - the boundary of a task that nobody awaits
                _log.error("event feed failed", category=Category.BUG, exc_info=True)
            finally:
                self._end()

    def _is_wanted(self) -> bool:
        idle_s = asyncio.get_running_loop().time() - self._left_at
        return bool(self._listeners) or idle_s < LINGER_S

    async def _read(self, stream: EventStream) -> None:
        try:
            page = await stream.follow(self._position)
        except (RedisError, QueueError) as error:
            self._interrupted(error)
            await asyncio.sleep(RETRY_S)
            return
        self._is_interrupted = False
        self._position = page.position
        if self._listeners and (page.entries or page.gap):
            batch = Batch.of(page)
            for listener in tuple(self._listeners):
                listener.offer(batch)
        if len(page.entries) < PAGE_ENTRIES:
            await asyncio.sleep(PAUSE_S)

    def _interrupted(self, error: Exception) -> None:
        if not self._is_interrupted:
            _log.warning("events interrupted", category=Category.DEPENDENCY, error=repr(error))
        self._is_interrupted = True

    def close(self) -> None:
        """Let go of everybody, at once."""
        if self._reader is not None:
            self._reader.cancel()
        self._end()

    def _end(self) -> None:
        self._following = False
        for listener in tuple(self._listeners):
            listener.end()

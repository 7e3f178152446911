"""One who listens: what waits for it is bounded, and who does not take it is cut off."""

import asyncio
from collections import deque
from typing import Final

from fiblab.queue.stream_entries import EntryId
from fiblab.server.client_connection import ClientConnection
from fiblab.server.events.batch import Batch
from fiblab.server.events.sse import KEEP_ALIVE, KEEP_ALIVE_S

#: Bytes that may wait for one listener, besides the latest batch: several seconds of a thousand
#: events a second. All listeners hold the same bytes, which those that keep up have let go of.
WAITING_LIMIT_BYTES: Final = 1_048_576


class Listener:
    """What has happened since, for one connection; the feed puts it in, its answer takes it out."""

    def __init__(self, connection: ClientConnection, after: EntryId) -> None:
        self._connection = connection
        self._after = after
        self._waiting: deque[bytes] = deque()
        self._waiting_bytes = 0
        self._news = asyncio.Event()
        self.ended = False
        self.sending = False
        """Whether its answer is handing something over; it stays so while the client reads none."""

    def offer(self, batch: Batch) -> None:
        """Take a batch in, or end here where too much waits already."""
        if self._waiting_bytes > WAITING_LIMIT_BYTES:
            self.end()
            return
        if batch.begins_anew:
            self._after = batch.first
        text = batch.text if batch.begins_anew else batch.text_after(self._after)
        if text and not self.ended:
            self._waiting.append(text)
            self._waiting_bytes += len(text)
            self._news.set()

    def skip_to(self, entry_id: EntryId) -> None:
        """Leave out what comes up to and including an entry, from now on."""
        self._after = entry_id

    def end(self) -> None:
        """Let go at once: of what waits, too, as the client asks on from where it is.

        A client that does not read would keep its answer from ending: its connection is cut.
        """
        self.ended = True
        self._waiting.clear()
        self._waiting_bytes = 0
        self._news.set()
        if self.sending:
            self._connection.cut()

    async def next(self) -> bytes:
        """Wait for what is to be sent next: news, or a sign of life where there are none."""
        try:
            async with asyncio.timeout(KEEP_ALIVE_S):
                await self._news.wait()
        except TimeoutError:
            return KEEP_ALIVE
        text = b"".join(self._waiting)
        self._waiting.clear()
        self._waiting_bytes = 0
        if not self.ended:
            self._news.clear()
        return text

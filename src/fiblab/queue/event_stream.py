"""The event stream as its readers need it: on from where one stopped, told of what was missed.

    oldest kept ---- entries, their ids ascending ----> tip

A reader that stopped before the oldest has missed some. One that stopped behind the tip read
another stream: Redis has come back without what it had.
"""

import asyncio

from fiblab.queue import replies
from fiblab.queue.keys import Keys
from fiblab.queue.stream_entries import BEGINNING, Entry, EntryId, Gap, Page
from fiblab.redis import Connection, Reply

#: Entries of one reply: some 20 KB as a rule, and a millisecond to read.
PAGE_ENTRIES = 100

#: Entries of one reply when looking back for a single job, whose other entries are not unpacked.
LOOK_BACK_ENTRIES = 500

#: Seconds that one `follow` waits for something to happen.
FOLLOW_S = 5.0


class EventStream:
    """Reads one queue's stream; changes nothing.

    It fails as its connection fails, and nothing is lost by that: the caller asks again.
    """

    def __init__(self, redis: Connection, keys: Keys) -> None:
        self._redis = redis
        self._key = keys.events

    async def tip(self) -> EntryId:
        """Tell the id of the latest entry."""
        return _id_of_only(await self._latest())

    async def page(self, after: EntryId, until: EntryId | None = None) -> Page:
        """Read the entries after an id, up to and including another one, as many as a page has.

        After `BEGINNING` come all that are kept, and what was trimmed before them is no gap.
        """
        found, oldest, latest = await asyncio.gather(
            self._redis.execute(
                *("XRANGE", self._key, f"({after}", str(until or "+"), "COUNT", PAGE_ENTRIES)
            ),
            # Asked behind the page: what is trimmed between the two is told of rather than missed.
            self._oldest(),
            self._latest(),
        )
        tip = _id_of_only(latest)
        if tip < after:
            return Page([], tip, Gap(after, tip))
        return _page(after, replies.entries(found), oldest)

    async def follow(self, after: EntryId, timeout_s: float = FOLLOW_S) -> Page:
        """Wait until there are entries after an id; an empty page after `timeout_s` seconds.

        Needs a connection of its own, whose reply timeout is longer: it is blocked meanwhile.
        """
        block = ("BLOCK", round(timeout_s * 1_000), "STREAMS", self._key, str(after))
        found, oldest = await asyncio.gather(
            self._redis.execute("XREAD", "COUNT", PAGE_ENTRIES, *block), self._oldest()
        )
        if found is None:
            return await self.page(after)  # a stream that has begun anew wakes nobody
        return _page(after, replies.entries_read(found), oldest)

    async def look_back(self, job: str, limit: int) -> tuple[list[Entry], bool]:
        """Find a job's entries among the latest `limit`, in order; and whether those are all."""
        found: list[Entry] = []
        before = "+"
        for _ in range(0, limit, LOOK_BACK_ENTRIES):
            reply = await self._redis.execute(
                *("XREVRANGE", self._key, before, "-", "COUNT", LOOK_BACK_ENTRIES)
            )
            ids, entries = replies.entries_of(reply, job)
            found += entries
            if len(ids) < LOOK_BACK_ENTRIES:
                return found[::-1], True
            before = f"({ids[-1]}"
        return found[::-1], False

    def _oldest(self) -> asyncio.Future[Reply]:
        return self._redis.execute("XRANGE", self._key, "-", "+", "COUNT", 1)

    def _latest(self) -> asyncio.Future[Reply]:
        return self._redis.execute("XREVRANGE", self._key, "+", "-", "COUNT", 1)


def _page(after: EntryId, entries: list[Entry], oldest: Reply) -> Page:
    first = _id_of_only(oldest)
    gap = Gap(after, first) if BEGINNING < after < first else None
    return Page(entries, entries[-1].id if entries else after, gap)


def _id_of_only(reply: Reply) -> EntryId:
    entries = replies.entries(reply)
    return entries[0].id if entries else BEGINNING

"""The queue's events as something that tests wait for."""

from collections.abc import Callable
from typing import Self

from fiblab.queue import Event, Queue
from fiblab.redis import Address, Connection

#: Milliseconds until a test gives up on an event.
PATIENCE_MS = 30_000


class Journal:
    """Reads every transition of every job, and waits for those to come."""

    def __init__(self, redis_url: str, queue: Queue) -> None:
        self._queue = queue
        reply_timeout = PATIENCE_MS / 1_000 + 5
        self._connection = Connection(
            Address.parse(redis_url), name="journal", reply_timeout=reply_timeout
        )
        self._read: list[Event] = []

    async def __aenter__(self) -> Self:
        await self._connection.connect()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._connection.close()

    async def kinds(self, job: int | str) -> list[str]:
        """List what has happened to a job so far."""
        await self._read_new()
        return [event.kind for event in self._read if event.job == str(job)]

    async def steps(self, job: int | str) -> list[str]:
        """List what has happened to a job so far, without its progress, of which there is much."""
        return [kind for kind in await self.kinds(job) if kind != "progress"]

    async def details(self, kind: str, job: int | str) -> list[str]:
        """List what each event of that kind said of a job so far."""
        await self._read_new()
        return [e.detail for e in self._read if e.kind == kind and e.job == str(job)]

    async def wait_for(self, kind: str, job: int | str, times: int = 1) -> Event:
        """Return the event of that kind of a job, once it has happened so many times."""

        def is_it(event: Event) -> bool:
            return event.kind == kind and event.job == str(job)

        return (await self._wait_until(lambda: [e for e in self._read if is_it(e)], times))[-1]

    async def wait_until_computing(self, job: int | str) -> None:
        """Return once a child process computes it: before that, its progress is none."""

        def begun() -> list[Event]:
            shares = [e for e in self._read if e.kind == "progress" and e.job == str(job)]
            return [event for event in shares if float(event.detail) > 0]

        await self._wait_until(begun, 1)

    async def wait_for_end(self, job: int | str) -> str:
        """Return how a job ended: `completed` or `dead`."""

        def ends() -> list[Event]:
            ended = ("completed", "dead")
            return [event for event in self._read if event.job == str(job) and event.kind in ended]

        return (await self._wait_until(ends, 1))[0].kind

    async def _wait_until(self, wanted: Callable[[], list[Event]], times: int) -> list[Event]:
        await self._read_new()
        while len(wanted()) < times:
            last = self._read[-1].id if self._read else "0"
            block = ("XREAD", "BLOCK", PATIENCE_MS, "STREAMS", self._queue.keys.events, last)
            assert await self._connection.execute(*block) is not None, "nothing happened any more"
            await self._read_new()
        return wanted()

    async def _read_new(self) -> None:
        after = self._read[-1].id if self._read else "-"
        self._read += await self._queue.events(after=after)

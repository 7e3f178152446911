"""Server-sent events as a client reads them."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx

EVENTS = "/api/v1/events"


@dataclass(frozen=True)
class SentEvent:
    """One event as it came."""

    name: str
    last_id: str
    data: Any

    @property
    def jobs(self) -> list[int]:
        """The indices that something happened to."""
        return [job["index"] for job in self.data["jobs"]]


class EventReader:
    """Reads one answer event by event."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self.last_id = ""
        self._lines = response.aiter_lines()

    async def next(self) -> SentEvent:
        """Read the next event; StopAsyncIteration where the answer has ended."""
        fields: dict[str, str] = {}
        while True:
            line = await anext(self._lines)
            name, _, value = line.partition(": ")
            fields[name] = value
            self.last_id = fields.get("id", self.last_id)
            if not line and "data" in fields:
                return SentEvent(fields["event"], self.last_id, json.loads(fields["data"]))

    async def lines_of_block(self) -> AsyncIterator[str]:
        """Read lines up to the next empty one."""
        while line := await anext(self._lines):
            yield line

    async def several(self, count: int) -> list[SentEvent]:
        """Read so many events."""
        return [await self.next() for _ in range(count)]

    async def rest(self) -> list[str]:
        """Read lines until the answer ends."""
        return [line async for line in self._lines]


@asynccontextmanager
async def listening(
    client: httpx.AsyncClient, after: str | None = None, headers: dict[str, str] | None = None
) -> AsyncIterator[EventReader]:
    """Listen until the block ends."""
    query = {} if after is None else {"after": after}
    async with client.stream("GET", EVENTS, params=query, headers=headers) as response:
        assert response.status_code == 200, await response.aread()
        yield EventReader(response)

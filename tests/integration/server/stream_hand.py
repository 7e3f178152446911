"""A hand that writes the stream of events, and eyes on who listens to it."""

import asyncio
import re

from fiblab.queue import Keys

from .conftest import PATIENCE_S, RunningServer
from .raw_http import ask, request

STREAM = Keys().events
#: Seconds between two looks at a metric, which sets no event.
LOOK_S = 0.01
#: The name of the connection that is blocked by reading, in CLIENT LIST.
READER = re.compile(rb"\bname=fiblab-server-events\b")


async def post(server: RunningServer, *indices: int) -> None:
    """Ask for numbers, which enqueues their jobs."""
    for index in indices:
        await server.client.post(f"/api/v1/fibonacci/{index}")


async def shown(server: RunningServer, metric: str) -> float:
    """Read a metric, named as a regular expression."""
    answer = await ask(server.port, request("GET", "/metrics"))
    found = re.search(rf"^{metric} (\S+)$", answer.body.decode(), re.MULTILINE)
    assert found is not None
    return float(found[1])


async def until_listeners(server: RunningServer, count: int) -> None:
    """Wait until so many listen."""
    async with asyncio.timeout(PATIENCE_S):
        while await shown(server, "fiblab_event_listeners") != count:  # noqa: ASYNC110 - a metric sets no event
            await asyncio.sleep(LOOK_S)


async def note(server: RunningServer, *indices: int) -> None:
    """Write an entry of the stream, as a script of the queue does."""
    jobs = " ".join(f"{index}/light" for index in indices)
    fields = ("kind", "enqueued", "jobs", jobs, "worker", "")
    await server.parts.redis.execute("XADD", STREAM, "*", *fields)


async def readers(server: RunningServer) -> int:
    """Count the connections that are there to read the stream."""
    clients = await server.parts.redis.execute("CLIENT", "LIST")
    assert isinstance(clients, bytes)
    return len(READER.findall(clients))

"""A run's lines as server-sent events; an event's id is its line's number, from 1 on."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from fiblab.lab.desk.run import Run
from fiblab.server.client_connection import ClientConnection
from fiblab.server.drain import Drain
from fiblab.server.events.sse import KEEP_ALIVE, KEEP_ALIVE_S, event, opening


async def events(
    run: Run, after: int, connection: ClientConnection, drain: Drain
) -> AsyncIterator[bytes]:
    """Yield the lines after that number, until the run ends, the server does, or the client goes.

    Nothing is kept for a listener but its place: one that reads slowly is sent more later.
    """
    gone = asyncio.Event()
    connection.when_lost = gone.set
    try:
        yield opening(str(after))
        while not (gone.is_set() or drain.begun):
            for number, line in enumerate(run.lines[after:], after + 1):
                yield event(line.type, line.text, str(number))
                after = number
            if run.is_over and after >= len(run.lines):
                return
            if not await _anything_new(run, gone, drain):
                yield KEEP_ALIVE
    finally:
        connection.forget()


async def _anything_new(run: Run, gone: asyncio.Event, drain: Drain) -> bool:
    """Wait for what goes on with the stream or ends it; False after `KEEP_ALIVE_S` of nothing."""
    waits: set[asyncio.Future[Any]] = {
        asyncio.ensure_future(run.news()),
        asyncio.ensure_future(gone.wait()),
        asyncio.ensure_future(drain.wait(KEEP_ALIVE_S)),
    }
    try:
        done, _ = await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
    return any(wait.result() is not False for wait in done)

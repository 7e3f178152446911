"""A time limit for calls that do not let go when they are cancelled."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


async def in_time(call: Coroutine[Any, Any, T], seconds: float | None = None) -> T:
    """Await a call, at most so long: raises TimeoutError, and leaves the call to end by itself.

    asyncpg, cancelled, waits until its server has confirmed it, which a frozen one never does: both
    `asyncio.timeout` and a request's deadline would wait along. Here neither does.
    """
    task = asyncio.ensure_future(call)
    try:
        done, _ = await asyncio.wait({task}, timeout=seconds)
    except asyncio.CancelledError:
        _abandon(task)
        raise
    if not done:
        _abandon(task)
        raise TimeoutError
    return task.result()


#: Calls that nobody waits for any more; the event loop itself keeps no hold of a task.
_abandoned: set[asyncio.Future[Any]] = set()


def _abandon(task: asyncio.Future[Any]) -> None:
    _abandoned.add(task)
    task.add_done_callback(_forget)
    task.cancel()


def _forget(task: asyncio.Future[Any]) -> None:
    _abandoned.discard(task)
    if not task.cancelled():
        task.exception()  # seen, so that it is not logged as if nobody had been told

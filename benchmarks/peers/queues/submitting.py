"""How jobs are submitted, the same for all peers; the figures are printed as JSON.

    python -m benchmarks.peers.queues.by_NAME HOW COUNT

HOW is `single`, `fifty` (fifty callers at once), `batched`, or `idle`: one job after another,
each when all is quiet, timed from the call until the job has been done.
"""

import asyncio
import json
import random
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import NamedTuple

from benchmarks.peers.queues.marks import next_mark

#: Callers at once in `fifty`, jobs of a call in `batched`.
CALLERS, BATCH = 50, 1_000

#: Seconds of silence before a job is waited for: several times what any queue needs to end one.
QUIET_S = (0.005, 0.015)

#: Jobs that are waited for before any is timed.
WARM_UP = 10


class Submit(NamedTuple):
    """A peer's ways to submit its job: one, and as many as asked for in one call if it can."""

    one: Callable[[], object]
    many: Callable[[int], object] | None = None


class SubmitAsync(NamedTuple):
    """The same for a peer whose client is asynchronous."""

    one: Callable[[], Awaitable[object]]
    many: Callable[[int], Awaitable[object]] | None = None


def main(submit: Submit) -> None:
    """Do what the command line says, with threads where several call at once."""
    how, count = _asked()
    if how == "idle":
        print(json.dumps(list(_waits(submit.one, count))))
        return
    submit.one()
    began = time.perf_counter()
    if how == "single":
        for _ in range(count - 1):
            submit.one()
    elif how == "fifty":
        _call_in_threads(submit.one, count - 1)
    elif submit.many is not None:
        for size in _batches(count - 1):
            submit.many(size)
    print(json.dumps((count - 1) / (time.perf_counter() - began)))


def main_async(opened: Callable[[], AsyncIterator[SubmitAsync]]) -> None:
    """Do what the command line says, with tasks where several call at once."""
    asyncio.run(_main_async(opened))


async def _main_async(opened: Callable[[], AsyncIterator[SubmitAsync]]) -> None:
    how, count = _asked()
    async with asynccontextmanager(opened)() as submit:
        if how == "idle":
            print(json.dumps([await _wait_async(submit, number) for number in range(count)]))
            return
        await submit.one()
        began = time.perf_counter()
        if how == "single":
            for _ in range(count - 1):
                await submit.one()
        elif how == "fifty":
            await _call_in_tasks(submit.one, count - 1)
        elif submit.many is not None:
            for size in _batches(count - 1):
                await submit.many(size)
        print(json.dumps((count - 1) / (time.perf_counter() - began)))


def _asked() -> tuple[str, int]:
    return sys.argv[1], int(sys.argv[2])


def _batches(count: int) -> Iterator[int]:
    return (min(BATCH, count - at) for at in range(0, count, BATCH))


def _call_in_threads(submit: Callable[[], object], count: int) -> None:
    def caller(calls: int) -> None:
        for _ in range(calls):
            submit()

    with ThreadPoolExecutor(CALLERS) as threads:
        list(threads.map(caller, _shares(count)))


async def _call_in_tasks(submit: Callable[[], Awaitable[object]], count: int) -> None:
    async def caller(calls: int) -> None:
        for _ in range(calls):
            await submit()

    await asyncio.gather(*map(caller, _shares(count)))


def _shares(count: int) -> list[int]:
    return [count // CALLERS + (number < count % CALLERS) for number in range(CALLERS)]


def _waits(submit: Callable[[], object], count: int) -> Iterator[float]:
    """Yield milliseconds."""
    for number in range(WARM_UP + count):
        time.sleep(random.uniform(*QUIET_S))  # noqa: S311 - no rhythm that a peer's poll could meet
        began = time.monotonic()
        submit()
        waited = next_mark() - began
        if number >= WARM_UP:
            yield waited * 1_000


async def _wait_async(submit: SubmitAsync, number: int) -> float:
    for _ in range(WARM_UP if number == 0 else 0):
        await submit.one()
        next_mark()
    await asyncio.sleep(random.uniform(*QUIET_S))  # noqa: S311 - no rhythm that a peer's poll could meet
    began = time.monotonic()
    await submit.one()
    return (next_mark() - began) * 1_000

"""One computation at a time, in a child process that is warm before it is needed."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Self

from fiblab.fibonacci import Progress
from fiblab.worker.errors import JobFailed, TimeLimit
from fiblab.worker.executor.child_process import ChildProcess


@dataclass(frozen=True, slots=True)
class Limits:
    """What one computation may take."""

    time_s: float
    memory_bytes: int


class Executor:
    """Owns a child process, and starts another where that was killed or died.

    Use it as an asynchronous context: no process is left at its end. What the child answers is not
    verified here.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._child: asyncio.Task[ChildProcess] | None = None

    async def __aenter__(self) -> Self:
        self._start_child()
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._child is not None:
            with suppress(JobFailed):  # it did not even start
                await (await self._child).kill()
            self._child = None

    async def compute(self, index: int, hear: Callable[[Progress], None]) -> str:
        """Return F(index) as the child computed it; `hear` is told of the progress.

        Raises TimeLimit, MemoryLimit, ChildDied or Unforeseen, after which a new child is started.
        Cancelled, it kills the child; the next call starts one.
        """
        child = await self._warm_child()
        try:
            async with asyncio.timeout(self._limits.time_s):
                return await child.compute(index, hear)
        except TimeoutError:
            await self._replace(child)
            raise TimeLimit(f"It took longer than {self._limits.time_s:g} s.") from None
        except asyncio.CancelledError:
            self._child = None
            await child.kill()
            raise
        except Exception:
            await self._replace(child)
            raise

    def _start_child(self) -> asyncio.Task[ChildProcess]:
        self._child = asyncio.create_task(ChildProcess.start(self._limits.memory_bytes))
        return self._child

    async def _warm_child(self) -> ChildProcess:
        """Return the child; one that ended while it waited costs no job an attempt."""
        child = await self._started(self._child or self._start_child())
        if not child.has_ended:
            return child
        return await self._started(await self._replace(child))

    async def _started(self, starting: asyncio.Task[ChildProcess]) -> ChildProcess:
        try:
            # Shielded: whoever gives up now must not lose sight of a process that is half started.
            return await asyncio.shield(starting)
        except JobFailed:
            self._child = None  # so that the next call tries again
            raise

    async def _replace(self, child: ChildProcess) -> asyncio.Task[ChildProcess]:
        await child.kill()
        return self._start_child()

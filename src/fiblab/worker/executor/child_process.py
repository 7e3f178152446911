"""The parent's side of one child process."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Self, cast

import psutil

from fiblab.fibonacci import Progress
from fiblab.worker.errors import ChildDied, JobFailed, MemoryLimit, Unforeseen
from fiblab.worker.executor.frames import HEADER, PROGRESS, Kind

#: Seconds until a child must be warm; it takes 0.2 on an idle machine.
START_LIMIT_S = 30.0

#: Seconds that a child may take to end after it has closed its output.
DEATH_LIMIT_S = 1.0

#: Characters kept of what a child printed before it died.
LAST_WORDS = 300


class ChildProcess:
    """A warm process that computes one index at a time; never used again after any failure."""

    def __init__(self, process: asyncio.subprocess.Process, memory_limit_bytes: int) -> None:
        self._process = process
        self._questions = cast("asyncio.StreamWriter", process.stdin)
        self._answers = cast("asyncio.StreamReader", process.stdout)
        self._complaints = cast("asyncio.StreamReader", process.stderr)
        self._memory_limit_bytes = memory_limit_bytes

    @classmethod
    async def start(cls, memory_limit_bytes: int) -> Self:
        """Start one and wait until it is warm; raises ChildDied, leaving nothing behind.

        Call it in the main thread: Linux ends a child with the thread that started it.
        """
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "fiblab.worker.executor.child"),
            *(str(os.getpid()), str(memory_limit_bytes)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        child = cls(process, memory_limit_bytes)
        try:
            async with asyncio.timeout(START_LIMIT_S):
                await child._read_frame()
        except TimeoutError:
            await child.kill()
            raise ChildDied(f"A child process was not ready after {START_LIMIT_S:g} s.") from None
        except BaseException:
            await child.kill()
            raise
        return child

    @property
    def pid(self) -> int:
        """The process's id."""
        return self._process.pid

    @property
    def has_ended(self) -> bool:
        """Whether it is gone, as the system knows: the loop may not have noticed yet."""
        try:
            state = psutil.Process(self.pid).status()
        except psutil.NoSuchProcess:
            return True
        return state == psutil.STATUS_ZOMBIE or self._questions.is_closing()

    async def compute(self, index: int, hear: Callable[[Progress], None]) -> str:
        """Return what the child says is F(index); `hear` is told its progress.

        Raises MemoryLimit, ChildDied or Unforeseen. Whenever it raises, or is cancelled: `kill`.
        """
        with suppress(ConnectionError):  # it has died, which the missing answer will tell
            self._questions.write(b"%d\n" % index)
            await self._questions.drain()
        while True:
            kind, body = await self._read_frame()
            if kind is Kind.VALUE:
                return body.decode("ascii", "replace")
            if kind is Kind.FAILURE:
                raise self._failure(body)
            hear(Progress(*PROGRESS.unpack(body)))

    async def kill(self) -> None:
        """End it, whatever it does, and wait until it is gone. Harmless when it is."""
        if self._process.returncode is None:
            with suppress(ProcessLookupError):
                self._process.kill()
        await self._process.wait()

    async def _read_frame(self) -> tuple[Kind, bytes]:
        try:
            kind, length = HEADER.unpack(await self._answers.readexactly(HEADER.size))
            return Kind(kind), await self._answers.readexactly(length)
        except (asyncio.IncompleteReadError, ConnectionError):
            raise ChildDied(await self._how_it_died()) from None

    async def _how_it_died(self) -> str:
        # It has closed its output: most likely it is dead, and how is known if nobody kills it.
        with suppress(TimeoutError):
            async with asyncio.timeout(DEATH_LIMIT_S):
                await self._process.wait()
        await self.kill()
        words = (await self._complaints.read()).decode(errors="replace").strip()
        code = self._process.returncode or 0
        how = f"by {signal.Signals(-code).name}" if code < 0 else f"with exit status {code}"
        said = f", saying: {words[-LAST_WORDS:]}" if words else ""
        return f"The child process that computed it ended {how}{said}."

    def _failure(self, body: bytes) -> JobFailed:
        category, _, detail = body.decode(errors="replace").partition("\0")
        if category == MemoryLimit.category:
            return MemoryLimit(f"It takes more than {self._memory_limit_bytes} bytes of memory.")
        return Unforeseen(detail)

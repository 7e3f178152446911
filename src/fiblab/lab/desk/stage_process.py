"""The process that plays one run, and how it is ended with all that it has started."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from pathlib import Path

import psutil

from fiblab.embedded.parent_death import when_parent_dies

#: Program and first arguments; what it plays follows.
STAGE = (sys.executable, "-P", "-m", "fiblab.lab.stage")

#: Seconds that a run gets to heal and to end its own processes; `up` waits longer for the desk.
HEALING_LIMIT_S = 10.0

#: Bytes of the longest line: the experiment in full, or the evidence of one check.
LINE_LIMIT_BYTES = 1_048_576


class StageProcess:
    """A run's process, from `start` to the end of its output. Start it in the main thread.

    It shares no settings with this server: the stores of `up` are none of its business.
    """

    def __init__(self, process: Process) -> None:
        self._process = process

    @classmethod
    async def start(cls, program: Sequence[str], log: Path) -> "StageProcess":
        """Start it; what it writes to standard error goes to `log`. Raises OSError."""
        own = {name: text for name, text in os.environ.items() if not name.startswith("FIBLAB_")}
        with log.open("wb") as errors:
            process = await asyncio.create_subprocess_exec(
                *program,
                stdin=DEVNULL,
                stdout=PIPE,
                stderr=errors,
                env=own,
                limit=LINE_LIMIT_BYTES,
                start_new_session=True,
                preexec_fn=when_parent_dies(signal.SIGTERM),
            )
        return cls(process)

    async def lines(self) -> AsyncIterator[bytes]:
        """Yield its lines, without their ends, as they come; ValueError for one too long."""
        assert self._process.stdout is not None  # noqa: S101 - it was asked for
        async for line in self._process.stdout:
            yield line.removesuffix(b"\n")

    async def ended(self) -> int:
        """Wait for its end; return its exit status, or minus the signal that ended it."""
        return await self._process.wait()

    async def end(self) -> None:
        """Ask it to heal and end; after `HEALING_LIMIT_S` kill it and all its descendants."""
        with suppress(ProcessLookupError):
            self._process.terminate()
        with suppress(TimeoutError):
            async with asyncio.timeout(HEALING_LIMIT_S):
                await self._process.wait()
        self.kill()
        await self._process.wait()

    def kill(self) -> None:
        """SIGKILL it and all its descendants; nothing if it has ended."""
        if self._process.returncode is not None:
            return
        with suppress(psutil.NoSuchProcess):
            top = psutil.Process(self._process.pid)
            top.suspend()  # so that it starts nothing more meanwhile
            for process in (*top.children(recursive=True), top):
                with suppress(psutil.NoSuchProcess):
                    process.kill()

"""The load as a process beside the browser."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec

from benchmarks.measuring.cores import LOAD_CORE, on_core
from benchmarks.measuring.peers import ROOT


class Made(msgspec.Struct):
    """What came of a load."""

    seconds: float
    jobs: int
    answers: int
    events: int

    @property
    def events_per_second(self) -> float:
        """How many the page was told of."""
        return self.events / self.seconds


class Load:
    """A load that runs."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process

    def made(self) -> Made:
        """Wait for its end. Raises ValidationError if it has failed."""
        output, _ = self._process.communicate()
        return msgspec.json.decode(output, type=Made)


@contextmanager
def load(url: str, events_per_second: float, seconds: float) -> Iterator[Load]:
    """Make events of a lab on the load's core, beside whatever else the block does."""
    command = [sys.executable, "-m", "benchmarks.page.load"]
    command += [url.rpartition(":")[2], str(events_per_second), str(seconds)]
    with on_core(LOAD_CORE):
        process = subprocess.Popen(  # noqa: S603 - a benchmark starts its load
            command, cwd=ROOT, stdout=subprocess.PIPE
        )
    try:
        yield Load(process)
    finally:
        process.kill()
        process.wait()

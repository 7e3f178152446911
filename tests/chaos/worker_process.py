"""Real worker processes, to be killed, frozen and asked to end."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
from tests.freezing import freeze

#: Seconds within which whatever was asked of a process must have happened.
PATIENCE_S = 30


class WorkerProcess:
    """`fiblab worker` with its log in a file."""

    def __init__(self, log: Path, settings: dict[str, str]) -> None:
        self._log = log
        with log.open("w", encoding="utf-8") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "fiblab", "worker"],
                env={**os.environ, **settings},
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        self._as_seen = psutil.Process(self._process.pid)

    @property
    def log(self) -> str:
        """What it has said so far."""
        return self._log.read_text(encoding="utf-8")

    def children(self) -> list[psutil.Process]:
        """List its child processes."""
        return self._as_seen.children(recursive=True)

    def freeze(self) -> None:
        """SIGSTOP it, its children not; returns when the kernel says that it stands."""
        freeze(self._process)

    def thaw(self) -> None:
        """SIGCONT."""
        self._process.send_signal(signal.SIGCONT)

    def ask_to_end(self) -> None:
        """SIGTERM."""
        self._process.terminate()

    def wait(self) -> int:
        """Wait for its end; returns the exit status."""
        return self._process.wait(PATIENCE_S)

    def kill(self) -> None:
        """SIGKILL; returns when it and all its children are gone, which ends them with it."""
        children = self.children() if self._process.poll() is None else []
        self._process.kill()
        self._process.wait()
        while any(map(is_alive, children)):
            pass


def is_alive(process: psutil.Process) -> bool:
    """Tell whether it still runs; an orphan that nobody has buried yet does not."""
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False

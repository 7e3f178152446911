"""`fiblab server` and `fiblab worker` as processes, and what they log while tests harm them."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import psutil
from tests.freezing import freeze

#: Seconds within which whatever was asked of a process must have happened.
PATIENCE_S = 30.0

Record = dict[str, Any]
Found = TypeVar("Found")


class ServiceProcess:
    """One service with settings of the test's choice; its log is read as it is written."""

    def __init__(self, service: str, environment: Mapping[str, str]) -> None:
        self.service = service
        self._process = subprocess.Popen(
            [sys.executable, "-m", "fiblab", service],
            env={**os.environ, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.log: list[str] = []
        self._grown = threading.Condition()
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            with self._grown:
                self.log.append(line)
                self._grown.notify_all()

    def logged(self, event: str, **fields: object) -> Record:
        """Wait for the first record of an event with these fields."""

        def find() -> Record | None:
            for record in self.records():
                if record["event"] == event and fields.items() <= record.items():
                    return record
            return None

        found = self.wait_for(find)
        assert found is not None, f"{self.service} never logged {event!r}: {self.log[-20:]}"
        return found

    def wait_for(self, find: Callable[[], Found]) -> Found:
        """Look again at each new line until there is something; what it is, or nothing."""
        with self._grown:
            return self._grown.wait_for(find, PATIENCE_S)

    def records(self) -> list[Record]:
        """Read every line so far as the one record of JSON that it must be."""
        return [json.loads(line) for line in list(self.log)]

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    @property
    def is_running(self) -> bool:
        """Whether it has not ended."""
        return self._process.poll() is None

    @property
    def as_seen(self) -> psutil.Process:
        """What the system says of it."""
        return psutil.Process(self.pid)

    def freeze(self) -> None:
        """SIGSTOP; returns when the kernel says that it stands."""
        freeze(self._process)

    def thaw(self) -> None:
        """SIGCONT."""
        self._process.send_signal(signal.SIGCONT)

    def end(self) -> int:
        """SIGTERM; returns the exit status."""
        self._process.terminate()
        return self._process.wait(PATIENCE_S)

    def kill(self) -> None:
        """SIGKILL, also a frozen one; returns when it is gone and its log is read."""
        self._process.kill()
        self._process.wait()
        self._reader.join()
        assert self._process.stdout is not None
        self._process.stdout.close()

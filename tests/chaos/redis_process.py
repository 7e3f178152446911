"""A Redis with options, a folder and an environment of the test's choice."""

import os
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path

import redis
from tests.freezing import freeze

from fiblab.embedded.ports import free_port
from fiblab.embedded.redis_programs import choose


class RedisProcess:
    """Killed, frozen and started again on the same port; what it says is in `folder`/log."""

    def __init__(
        self, folder: Path, *options: str, environment: Mapping[str, str] | None = None
    ) -> None:
        self.folder = folder
        self.port = free_port()
        self.options = options
        self._environment = environment or {}
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Its address, the same over every restart."""
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Start it and return once it answers; fails where it ends before."""
        addressed = ("--bind", "127.0.0.1", "--port", str(self.port), "--dir", str(self.folder))
        with (self.folder.parent / f"{self.folder.name}.log").open("ab") as log:
            self._process = subprocess.Popen(
                [choose().path, *addressed, "--save", "", *self.options],
                env={**os.environ, **self._environment},
                stdout=log,
                stderr=log,
            )
        while not self._answers():
            assert self._process.poll() is None, self.said()

    def _answers(self) -> bool:
        try:
            return bool(self.client().ping())
        except redis.ConnectionError:
            return False

    def said(self) -> str:
        """Read its log."""
        return (self.folder.parent / f"{self.folder.name}.log").read_text(errors="replace")

    def client(self) -> redis.Redis:
        """Look into it by other means than the code under test."""
        return redis.Redis(host="127.0.0.1", port=self.port)

    @property
    def process(self) -> subprocess.Popen[bytes]:
        """The running process."""
        assert self._process is not None, "start() first"
        return self._process

    def freeze(self) -> None:
        """SIGSTOP; returns when the kernel says that it stands."""
        freeze(self.process)

    def thaw(self) -> None:
        """SIGCONT."""
        self.process.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        """SIGKILL, also a frozen one; returns when it is gone."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

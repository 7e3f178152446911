"""A redis-server of the tests' own, to be frozen, killed and started again."""

import shutil
import signal
import subprocess
from pathlib import Path

from tests.freezing import freeze


class RedisServer:
    """A redis-server on a unix socket in `folder`, with extra `options` of its command line."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.socket = folder / "redis.sock"
        self._folder = folder
        self._options = options
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and return once it says that it accepts connections."""
        program = shutil.which("redis-server") or "redis-server"
        files = ("--unixsocket", str(self.socket), "--dir", str(self._folder))
        command = [program, "--port", "0", "--save", "", *files, *self._options]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE)
        assert self._process.stdout is not None
        said = []
        for line in self._process.stdout:
            said.append(line)
            if b"eady to accept connections" in line:
                return
        raise RuntimeError(f"redis-server ended before it was ready: {said}")

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
        """SIGKILL, as a crash; returns when it is gone."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            assert self._process.stdout is not None
            self._process.stdout.close()
            self._process = None

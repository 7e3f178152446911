"""Redis (or Valkey) as a child process: loopback only, with a password."""

import hashlib
import re
import socket
from pathlib import Path

from .data_dir import DataDir, write_private
from .process import ChildProcess, Command
from .redis_programs import RedisProgram
from .store import Store

#: Most memory for data. Queue keys bear no expiry and are never evicted; large values do and are.
_MAX_MEMORY = "512mb"

#: Seconds for one look whether the server answers.
_PROBE_LIMIT_S = 1.0


class RedisServer(Store):
    """A Redis on a free loopback port; with everything written down once a second, or nothing.

    Each kind and major version keeps its own data: none reads the files of a newer one, and
    what must not be lost is in PostgreSQL. An ephemeral folder means nothing is written at all.
    """

    _PORT_TAKEN = re.compile(r"Address already in use", re.IGNORECASE)

    def __init__(self, program: RedisProgram, data_dir: DataDir) -> None:
        super().__init__()
        self.program = program
        self._password = data_dir.password("redis")
        self._is_durable = not data_dir.is_ephemeral
        self._folder = data_dir.path / "redis" / f"{program.name}-{program.version[0]}"
        self._settings = self._folder / "redis.conf"
        self._users = self._folder / "users.acl"
        command = Command("redis", [program.path, self._settings], folder=self._folder)
        self.process = ChildProcess(command, data_dir.log("redis"), data_dir.record)

    @property
    def url(self) -> str:
        """The address with the password, the same over every restart."""
        return f"redis://:{self._password}@127.0.0.1:{self.port}/0"

    @property
    def append_only_folder(self) -> Path:
        """Where it writes everything down, if it does; a run that cuts the files looks here."""
        return self._folder / "appendonlydir"

    def launch(self) -> None:
        """Write its settings and start it without waiting."""
        self._folder.mkdir(parents=True, exist_ok=True)
        write_private(self._settings, self._configuration())
        write_private(self._users, self._known_users())
        self.process.start()

    def is_ready(self) -> bool:
        """Log in and PING once; a server that still loads its file is not ready."""
        try:
            address = ("127.0.0.1", self.port)
            with socket.create_connection(address, timeout=_PROBE_LIMIT_S) as link:
                link.sendall(f"AUTH {self._password}\r\nPING\r\n".encode())
                answer = b""
                while answer.count(b"\r\n") < len(("AUTH", "PING")):
                    part = link.recv(4096)
                    if not part:
                        return False
                    answer += part
        except OSError:
            return False
        return answer == b"+OK\r\n+PONG\r\n"

    def _configuration(self) -> str:
        """Write redis.conf; passwords are in a file of their own, as hashes."""
        return "\n".join(
            [
                "bind 127.0.0.1",
                f"port {self.port}",
                "protected-mode yes",
                f"aclfile {_quoted(self._users)}",
                f"maxmemory {_MAX_MEMORY}",
                "maxmemory-policy volatile-lru",
                f"dir {_quoted(self._folder)}",
                "daemonize no",
                'save ""',
                f"appendonly {'yes' if self._is_durable else 'no'}",
                "appendfsync everysec",
                "",
            ]
        )

    def _known_users(self) -> str:
        """Write the file of users: everybody whom ACL SAVE left there, and who may do all.

        That one is written anew: were its line missing, Redis would let all in without a password.
        """
        digest = hashlib.sha256(self._password.encode()).hexdigest()
        saved = self._users.read_text().splitlines() if self._users.exists() else []
        others = [line for line in saved if not line.startswith("user default ")]
        return "\n".join([f"user default on #{digest} ~* &* +@all", *others, ""])


def _quoted(path: Path) -> str:
    escaped = str(path).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'

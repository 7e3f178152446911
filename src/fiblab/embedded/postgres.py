"""PostgreSQL as a child process: loopback only, with a password, never as root."""

import re
import signal

from .data_dir import DataDir
from .postgres_cluster import DATABASE, ROLE, Passwords, ensure
from .postgres_programs import PostgresPrograms
from .process import ChildProcess, Command
from .store import Store

#: Settings of every server. Without a socket file the loopback port is the only way in.
_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "shared_buffers": "64MB",
    "max_connections": "100",
    "max_wal_size": "256MB",
}

#: Settings that give up what is written when the machine goes down, for data that nobody keeps.
_EPHEMERAL_SETTINGS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}

#: Line of postmaster.pid (counted from 0) in which the server says that it accepts connections,
#: and how; `pg_ctl --wait` looks there too.
_STATUS_LINE, _READY = 7, "ready"


class PostgresServer(Store):
    """A PostgreSQL on a free loopback port, with one database and one role, both "fiblab"."""

    _PORT_TAKEN = re.compile(r"could not bind|could not create any TCP")
    _PASSING = re.compile(r"pre-existing shared memory block|lock file .* already exists")

    def __init__(self, programs: PostgresPrograms, data_dir: DataDir) -> None:
        super().__init__()
        self._programs = programs
        self._passwords = Passwords(
            superuser=data_dir.password("postgres superuser"), role=data_dir.password("postgres")
        )
        self._is_durable = not data_dir.is_ephemeral
        self._folder = data_dir.path / "postgres"
        log = data_dir.log("postgres")
        self.process = ChildProcess(self._command(), log, data_dir.record)

    @property
    def url(self) -> str:
        """The address of the database with role and password, the same over every restart."""
        return f"postgresql://{ROLE}:{self._passwords.role}@127.0.0.1:{self.port}/{DATABASE}"

    @property
    def superuser_url(self) -> str:
        """The address for what the role may not do, such as ending others' connections."""
        return f"postgresql://postgres:{self._passwords.superuser}@127.0.0.1:{self.port}/{DATABASE}"

    def launch(self) -> None:
        """Create its data folder if there is none (1 s), and start it without waiting."""
        ensure(self._folder, self._programs, self._passwords, sync=self._is_durable)
        self.process.command = self._command()
        self.process.start()

    def is_ready(self) -> bool:
        """Look into the file in which the server writes its state; opens no connection."""
        try:
            lines = (self._folder / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return False
        if len(lines) <= _STATUS_LINE or lines[0] != str(self.process.pid):
            return False  # being written, or a killed predecessor's
        return lines[_STATUS_LINE].strip() == _READY

    def _command(self) -> Command:
        settings = _SETTINGS | ({} if self._is_durable else _EPHEMERAL_SETTINGS)
        program = self._programs.folder / "postgres"
        options = [f"--{name}={value}" for name, value in settings.items()]
        return Command(
            "postgres",
            [program, "-D", self._folder, "-p", str(self.port), *options],
            user=self._programs.user,
            folder=self._folder.parent,
            stop_signal=signal.SIGINT,  # "fast": SIGTERM would wait until every client has gone
        )

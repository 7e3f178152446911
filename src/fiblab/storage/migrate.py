"""Brings a PostgreSQL database to the schema that this version needs.

The schema is plain SQL in `migrations/`, run by yoyo. Any number of runners may start at once: an
advisory lock lets one work while the others wait, and goes with its holder's connection, so that a
killed runner blocks nobody.
"""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib import resources
from typing import Any
from urllib.parse import unquote, urlsplit, urlunsplit
from uuid import uuid4

import psycopg
from yoyo import read_migrations
from yoyo.backends.core.postgresql import PostgresqlPsycopgBackend
from yoyo.connections import parse_uri
from yoyo.migrations import MigrationList, default_migration_table

from fiblab.storage.errors import MigrationFailed

#: Identifies the migrations' advisory lock within a database: "fiblab" in ASCII.
MIGRATION_LOCK = 0x6669626C6162

#: Seconds to wait for another runner: well above the longest migration of a small database.
LOCK_TIMEOUT_S = 60

#: Seconds to wait for a connection: a server that is down refuses at once; this is the network.
CONNECT_TIMEOUT_S = 10

#: Where yoyo keeps what has been applied: its own default, so that its command line finds it.
TABLE = default_migration_table


class _Backend(PostgresqlPsycopgBackend):  # type: ignore[misc] # yoyo ships no types
    """Yoyo's backend, without look-ups that fail in containers: user name, full host name."""

    def get_log_data(
        self,
        migration: Any = None,  # noqa: ANN401 - yoyo ships no types
        operation: str = "apply",
    ) -> dict[str, Any]:
        """Describe one operation for yoyo's own log table."""
        return {
            "id": str(uuid4()),
            "migration_id": migration.id if migration else None,
            "migration_hash": migration.hash if migration else None,
            "username": "fiblab",
            "hostname": socket.gethostname(),
            "created_at_utc": datetime.now(UTC).replace(tzinfo=None),
            "operation": operation,
        }


def pending(url: str) -> list[str]:
    """Return the names of the migrations that `apply` would run, in order.

    Raises MigrationFailed where the database can't be reached.
    """
    with _locked_backend(url) as backend, _migrations() as migrations:
        return [migration.id for migration in backend.to_apply(migrations)]


def apply(url: str) -> list[str]:
    """Run every pending migration and return their names; a second runner finds nothing to do.

    Raises MigrationFailed; earlier migrations stay applied and a repeat goes on from there.
    """
    with _locked_backend(url) as backend, _migrations() as migrations:
        chosen = backend.to_apply(migrations)
        backend.apply_migrations(chosen)
        return [migration.id for migration in chosen]


def rollback(url: str, steps: int) -> list[str]:
    """Undo the last `steps` (> 0) migrations, **data included**; return their names, newest first.

    Raises MigrationFailed; what was undone before the failure stays undone.
    """
    if steps <= 0:
        raise ValueError(f"steps is {steps}; say how many migrations to undo, 1 or more")
    with _locked_backend(url) as backend, _migrations() as migrations:
        chosen = backend.to_rollback(migrations)[:steps]
        backend.rollback_migrations(chosen)
        return [migration.id for migration in chosen]


@contextmanager
def _migrations() -> Iterator[MigrationList]:
    """Read the SQL files out of the package, wherever it is installed."""
    with resources.as_file(resources.files("fiblab.storage") / "migrations") as folder:
        yield read_migrations(str(folder))


@contextmanager
def _locked_backend(url: str) -> Iterator[_Backend]:
    """Open yoyo's backend while no other runner works on the same database."""
    try:
        with _advisory_lock(url), _Backend(parse_uri(_yoyo_url(url)), TABLE) as backend:
            backend.init_database()
            backend.break_lock()  # left by a killed runner: under the advisory lock nobody holds it
            yield backend
    except psycopg.Error as error:
        raise MigrationFailed(_without_password(f"Migrating failed: {error}", url)) from None


@contextmanager
def _advisory_lock(url: str) -> Iterator[None]:
    with psycopg.connect(url, autocommit=True, connect_timeout=CONNECT_TIMEOUT_S) as guard:
        guard.execute(f"set lock_timeout = '{LOCK_TIMEOUT_S}s'")
        guard.execute("select pg_advisory_lock(%s)", [MIGRATION_LOCK])
        yield


def _yoyo_url(url: str) -> str:
    """Name the psycopg 3 driver in the URL's scheme, which is how yoyo chooses it."""
    parts = urlsplit(url)
    if parts.scheme not in {"postgresql", "postgres"}:
        raise MigrationFailed("The database's URL must start with postgresql://")
    return urlunsplit(parts._replace(scheme="postgresql+psycopg"))


def _without_password(text: str, url: str) -> str:
    password = urlsplit(url).password
    if not password:
        return text
    return text.replace(password, "***").replace(unquote(password), "***")

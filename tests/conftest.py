"""Real stores for every test that needs them: one Redis and one PostgreSQL a session.

Each test that asks for `redis_url` gets an empty Redis, each that asks for `database_url` a
database of its own; `migrated_url` has the schema in it.
"""

import itertools
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
import redis

from fiblab.embedded import EmbeddedStack
from fiblab.redis import Address, Connection
from fiblab.storage.migrate import apply

_numbers = itertools.count()


@pytest.fixture(scope="session")
def stack() -> Iterator[EmbeddedStack]:
    """Start both stores, on loopback and without keeping anything."""
    with EmbeddedStack(ephemeral=True) as running:
        yield running


@pytest.fixture
def redis_url(stack: EmbeddedStack) -> str:
    """Give an empty Redis."""
    with redis.Redis.from_url(stack.redis_url) as client:
        client.flushall()
    return stack.redis_url


@pytest.fixture
async def connection(redis_url: str) -> AsyncIterator[Connection]:
    """Give a connection to an empty Redis."""
    opened = Connection(Address.parse(redis_url), name="test")
    await opened.connect()
    yield opened
    await opened.close()


@pytest.fixture(scope="session")
def template(stack: EmbeddedStack) -> str:
    """Name a database that has the schema in it, to copy for each test."""
    name = "template_with_schema"
    _create_database(stack, name)
    apply(_with_database(stack.postgres_url, name))
    return name


@pytest.fixture
def database_url(stack: EmbeddedStack) -> str:
    """Give an empty database."""
    name = f"test_{next(_numbers)}"
    _create_database(stack, name)
    return _with_database(stack.postgres_url, name)


@pytest.fixture
def migrated_url(stack: EmbeddedStack, template: str) -> str:
    """Give a database with the schema and no rows."""
    name = f"test_{next(_numbers)}"
    _create_database(stack, name, template)
    return _with_database(stack.postgres_url, name)


def _create_database(stack: EmbeddedStack, name: str, template: str = "template0") -> None:
    """Create a database as the superuser: the lab's own role may not."""
    assert stack.postgres is not None
    with psycopg.connect(stack.postgres.superuser_url, autocommit=True) as superuser:
        superuser.execute(f"create database {name} owner fiblab template {template}".encode())


def _with_database(url: str, name: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


@pytest.fixture
def folder() -> Iterator[Path]:
    """Make an empty folder that any user may enter, which pytest's own are not."""
    path = Path(tempfile.mkdtemp(prefix="fiblab-test-")).resolve()
    path.chmod(0o711 if os.geteuid() == 0 else 0o700)
    yield path
    shutil.rmtree(path)


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the settings of whoever runs the tests out of them."""
    for name in [name for name in os.environ if name.startswith("FIBLAB_")]:
        monkeypatch.delenv(name)

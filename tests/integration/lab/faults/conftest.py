"""Links to the session's stores, and clients of the project that go through them."""

from collections.abc import AsyncIterator
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest

from fiblab.lab.faults.link import Link
from fiblab.lab.faults.postgres_link import PostgresLink
from fiblab.lab.faults.redis_link import RedisLink
from fiblab.redis import Address, Connection
from fiblab.storage import Ledger


def address(url: str) -> tuple[str, int]:
    """Give host and port of a store."""
    parts = urlsplit(url)
    assert parts.hostname is not None
    assert parts.port is not None
    return parts.hostname, parts.port


def through(url: str, link: Link) -> str:
    """Lead a URL through a link."""
    parts = urlsplit(url)
    login = parts.netloc.rpartition("@")[0]
    return urlunsplit(parts._replace(netloc=f"{login}@127.0.0.1:{link.port}"))


@pytest.fixture
async def redis_link(redis_url: str) -> AsyncIterator[RedisLink]:
    """Give an open way to an empty Redis."""
    link = RedisLink("test to redis", address(redis_url))
    await link.open()
    yield link
    await link.close()


@pytest.fixture
async def far(redis_url: str, redis_link: RedisLink) -> AsyncIterator[Connection]:
    """Give a connection through the link; `connection` goes past it."""
    opened = Connection(Address.parse(through(redis_url, redis_link)), name="far", reply_timeout=2)
    await opened.connect()
    yield opened
    await opened.close()


@pytest.fixture
async def postgres_link(migrated_url: str) -> AsyncIterator[PostgresLink]:
    """Give an open way to a database with the schema."""
    link = PostgresLink("test to postgres", address(migrated_url))
    await link.open()
    yield link
    await link.close()


@pytest.fixture
async def ledger(migrated_url: str, postgres_link: PostgresLink) -> AsyncIterator[Ledger]:
    """Give a ledger that commits through the link."""
    url = through(migrated_url, postgres_link)

    async def connect() -> asyncpg.Connection:
        return await asyncpg.connect(url)

    opened = Ledger(connect)
    await opened.start()
    yield opened
    await opened.close()

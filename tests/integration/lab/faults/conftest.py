"""Links to the session's stores, and clients of the project that go through them."""

import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest

from fiblab.embedded import EmbeddedStack
from fiblab.lab.faults.postgres_link import PostgresLink
from fiblab.lab.faults.redis_link import RedisLink
from fiblab.redis import Address, Connection
from fiblab.storage import Ledger
from fiblab.storage.migrate import apply

from .small_system import SmallSystem


@pytest.fixture
async def redis_link(redis_url: str) -> AsyncIterator[RedisLink]:
    """Give an open way to an empty Redis."""
    link = RedisLink("test to redis", redis_url)
    await link.open()
    yield link
    await link.close()


@pytest.fixture
async def far(redis_link: RedisLink) -> AsyncIterator[Connection]:
    """Give a connection through the link; `connection` goes past it."""
    opened = Connection(Address.parse(redis_link.url), name="far", reply_timeout=2)
    await opened.connect()
    yield opened
    await opened.close()


@pytest.fixture
async def postgres_link(migrated_url: str) -> AsyncIterator[PostgresLink]:
    """Give an open way to a database with the schema."""
    link = PostgresLink("test to postgres", migrated_url)
    await link.open()
    yield link
    await link.close()


@pytest.fixture
async def ledger(postgres_link: PostgresLink) -> AsyncIterator[Ledger]:
    """Give a ledger that commits through the link."""

    async def connect() -> asyncpg.Connection:
        return await asyncpg.connect(postgres_link.url)

    opened = Ledger(connect)
    await opened.start()
    yield opened
    await opened.close()


@pytest.fixture(scope="module")
def durable_stack() -> Iterator[EmbeddedStack]:
    """Start stores that write everything down, as those do that faults befall."""
    path = Path(tempfile.mkdtemp(prefix="fiblab-faults-")).resolve()
    path.chmod(0o711)  # the user that PostgreSQL runs as must be able to pass through
    try:
        with EmbeddedStack(data_dir=path) as stack:
            apply(stack.postgres_url)
            yield stack
    finally:
        shutil.rmtree(path)


@pytest.fixture
async def system(durable_stack: EmbeddedStack) -> AsyncIterator[SmallSystem]:
    """Give a system of which both stores run, and are empty."""
    small = SmallSystem(durable_stack)
    async with small.admin as client:
        await client.flushall()
    admin = await asyncpg.connect(durable_stack.postgres_url)
    await admin.execute("truncate request_ledger, request_count, fibonacci_value")
    await admin.close()
    yield small
    await small.close()

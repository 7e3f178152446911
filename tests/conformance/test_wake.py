"""Waiting for work: woken by it, blocked on tokens only, never on jobs."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from fiblab.embedded.redis import RedisServer
from fiblab.queue import Failure, Keys, Queue, wait_for_work
from fiblab.redis import Address, Connection

from .conftest import Claim, heavy, ids, light
from .raw_state import WAKE_TOKENS, expire_lease, read

LANES = ("light", "heavy")

#: Seconds that a wait may last; a test that needs them all has failed.
PATIENCE_S = 30.0

#: Seconds for a wait that is to find nothing; Redis takes no 0, which means for ever.
AT_ONCE_S = 0.001


@pytest.fixture
async def blocking(server: RedisServer, raw: Connection) -> AsyncIterator[Connection]:
    """Open the connection that is blocked while it waits, on the emptied server."""
    assert raw.connected
    opened = Connection(Address.parse(server.url), name="blocking", reply_timeout=2 * PATIENCE_S)
    await opened.connect()
    yield opened
    await opened.close()


async def blocked_clients(raw: Connection) -> int:
    """Count the connections that wait in a blocking command."""
    info = await raw.execute("INFO", "clients")
    assert isinstance(info, bytes)
    [line] = [line for line in info.split(b"\r\n") if line.startswith(b"blocked_clients:")]
    return int(line.partition(b":")[2])


async def is_blocked(raw: Connection) -> None:
    """Return as soon as the server says that one connection waits."""
    async with asyncio.timeout(PATIENCE_S):
        while await blocked_clients(raw) == 0:
            pass


async def test_waiting_worker_is_woken_by_a_new_job(
    queue: Queue, raw: Connection, keys: Keys, blocking: Connection
) -> None:
    """Given a worker with nothing to do, a job that comes wakes it, whatever its lane."""
    waiting = asyncio.create_task(wait_for_work(blocking, keys, LANES, PATIENCE_S))
    await is_blocked(raw)
    await queue.enqueue(heavy("h"))

    assert await waiting


async def test_one_connection_waits_for_all_lanes(
    queue: Queue, raw: Connection, keys: Keys, blocking: Connection
) -> None:
    """A worker costs one blocked connection, however many lanes it serves."""
    waiting = asyncio.create_task(wait_for_work(blocking, keys, LANES, PATIENCE_S))
    await is_blocked(raw)
    assert await blocked_clients(raw) == 1

    await queue.enqueue(light("a"))
    await waiting
    assert await blocked_clients(raw) == 0


async def test_nothing_to_do_ends_the_wait_empty_handed(
    queue: Queue, keys: Keys, blocking: Connection
) -> None:
    """After its time the worker looks by itself."""
    assert queue.keys == keys
    assert not await wait_for_work(blocking, keys, LANES, AT_ONCE_S)


async def test_job_that_came_before_the_wait_ends_it_at_once(
    queue: Queue, keys: Keys, blocking: Connection
) -> None:
    """Between the last empty claim and the wait nothing is missed."""
    await queue.enqueue(light("a"))

    assert await wait_for_work(blocking, keys, LANES, PATIENCE_S)


async def test_waking_takes_no_job(
    queue: Queue, keys: Keys, blocking: Connection, claim: Claim
) -> None:
    """A worker that dies as it wakes takes a token with it, and no job."""
    await queue.enqueue(light("a"))
    await wait_for_work(blocking, keys, LANES, PATIENCE_S)

    assert ids(await claim()) == ["a"]


async def test_other_lanes_wake_nobody(queue: Queue, keys: Keys, blocking: Connection) -> None:
    """A worker for heavy jobs sleeps on while light ones come."""
    await queue.enqueue(light("a"))

    assert not await wait_for_work(blocking, keys, ("heavy",), AT_ONCE_S)


async def test_refused_and_pending_jobs_wake_nobody(
    queue: Queue, raw: Connection, keys: Keys
) -> None:
    """Only work that was added is announced."""
    await queue.enqueue(light("a", "b", "c", "d", "e", "f"))
    tokens = (await read(raw, keys)).wake
    await queue.enqueue(light("a"))
    await queue.enqueue(light("g"))

    assert (await read(raw, keys)).wake == tokens


async def test_delayed_job_wakes_nobody(
    queue: Queue, raw: Connection, keys: Keys, claim: Claim
) -> None:
    """There is nothing to claim before it is due; then the poll finds it."""
    await queue.enqueue(light("a"))
    [job] = await claim()
    tokens = (await read(raw, keys)).wake
    await queue.fail(job.lease, Failure("crash", "it broke"))

    assert (await read(raw, keys)).wake == tokens


async def test_tokens_do_not_pile_up(
    queue: Queue, raw: Connection, keys: Keys, claim: Claim
) -> None:
    """However many jobs come and go while nobody waits, a few tokens are kept."""
    for _ in range(2 * WAKE_TOKENS):
        await queue.enqueue(light("a"))
        [job] = await claim()
        await queue.complete([job.lease])

    assert (await read(raw, keys)).wake["light"] == WAKE_TOKENS


async def test_expired_lease_wakes_nobody_and_is_found_by_the_next_claim(
    queue: Queue, raw: Connection, keys: Keys, claim: Claim
) -> None:
    """Time passes without a script that could announce it: this is what the poll is for."""
    await queue.enqueue(light("a"))
    await claim(worker="dead")
    tokens = (await read(raw, keys)).wake
    await expire_lease(raw, keys, "a")

    assert (await read(raw, keys)).wake == tokens
    assert ids(await claim()) == ["a"]

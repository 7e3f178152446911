"""Each fault of PostgreSQL strikes a real one, and is undone."""

import asyncio
import random
from collections.abc import AsyncIterator

import asyncpg
import pytest

from fiblab.lab.faults.fault import NotReached
from fiblab.lab.faults.postgres_faults import (
    BackendsTerminated,
    BackendTerminated,
    CountRowLocked,
    CountsLocked,
    PostgresFrozen,
    PostgresStopped,
)

from .small_system import SmallSystem

COUNT = "update request_count set count = count + 1 where index = $1"


#: The same chance each time.
DICE = random.Random(7)  # noqa: S311 - draws faults, guards nothing


@pytest.fixture
async def connections(system: SmallSystem) -> AsyncIterator[list[asyncpg.Connection]]:
    """Give three connections past all links, some of which a test may break."""
    opened = [await asyncpg.connect(system.stack.postgres_url) for _ in range(3)]
    yield opened
    for connection in opened:
        connection.terminate()


async def _all_end(connections: list[asyncpg.Connection]) -> list[bool]:
    """Tell of each whether it has come to its end."""
    outcomes = await asyncio.gather(
        *(connection.fetchval("select 1") for connection in connections), return_exceptions=True
    )
    return [outcome != 1 for outcome in outcomes]


async def test_all_backends_end_and_new_ones_are_welcome(
    system: SmallSystem, connections: list[asyncpg.Connection]
) -> None:
    """In whatever they were doing."""
    asleep = asyncio.create_task(connections[0].execute("select pg_sleep(60)"))
    await BackendsTerminated().inject(system)
    with pytest.raises((asyncpg.PostgresError, ConnectionError)):
        await asleep
    assert all(await _all_end(connections))
    await (await asyncpg.connect(system.stack.postgres_url)).close()


async def test_one_backend_ends_and_the_others_do_not(
    system: SmallSystem, connections: list[asyncpg.Connection]
) -> None:
    """The dice say which."""
    await BackendTerminated(DICE).inject(system)
    assert sorted(await _all_end(connections)) == [False, False, True]


async def test_where_nobody_is_connected_no_backend_can_end(system: SmallSystem) -> None:
    """It says so, and is no fault that befell anybody."""
    await BackendsTerminated().inject(system)
    with pytest.raises(NotReached):
        await BackendTerminated(DICE).inject(system)


async def test_what_was_committed_outlives_an_immediate_shutdown(
    system: SmallSystem, connections: list[asyncpg.Connection]
) -> None:
    """It recovers from its log, on the same port."""
    pid, fault = system.postgres.process.pid, PostgresStopped(0)
    await connections[0].execute("insert into request_count (index, count) values (7, 1)")
    await fault.inject(system)
    assert not system.postgres.process.is_running
    await fault.heal(system)
    assert system.postgres.process.pid != pid
    again = await asyncpg.connect(system.stack.postgres_url)
    assert await again.fetchval("select count from request_count where index = 7") == 1
    await again.close()


@pytest.mark.parametrize(
    ("fault", "waits"), [(CountsLocked(60), {7, 8}), (CountRowLocked(60), {7})]
)
async def test_locked_counts_wait_until_the_lock_is_gone(
    system: SmallSystem,
    connections: list[asyncpg.Connection],
    fault: CountsLocked,
    waits: set[int],
) -> None:
    """The whole table's, or only the one that is asked for most."""
    connection = connections[0]
    await connection.execute("insert into request_count (index, count) values (7, 9), (8, 1)")
    await connection.execute("set lock_timeout = 50")
    injecting = asyncio.create_task(fault.inject(system))
    while not await _is_locked(connection, 7):
        pass  # the fault connects first
    assert {index for index in (7, 8) if await _is_locked(connection, index)} == waits
    injecting.cancel()
    await asyncio.wait([injecting])
    while await _is_locked(connection, 7):
        pass  # the lock goes with its transaction


async def _is_locked(connection: asyncpg.Connection, index: int) -> bool:
    try:
        await connection.execute(COUNT, index)
    except asyncpg.LockNotAvailableError:
        return True
    return False


async def test_a_frozen_postgres_goes_on_when_it_is_healed(
    system: SmallSystem, connections: list[asyncpg.Connection]
) -> None:
    """Its backends, too, and what they were asked meanwhile."""
    fault = PostgresFrozen(0)
    await fault.inject(system)
    answer = asyncio.create_task(connections[0].fetchval("select 1"))
    done, _ = await asyncio.wait([answer], timeout=0.05)
    assert not done
    await fault.heal(system)
    assert await answer == 1

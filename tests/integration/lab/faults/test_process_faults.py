"""Each fault of a process strikes a real one."""

import asyncio
import signal
from collections.abc import AsyncIterator

import psutil
import pytest
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisGone

from fiblab.lab.faults import process_faults
from fiblab.lab.faults.crash_points import CrashPoint
from fiblab.lab.faults.fault import NotReached
from fiblab.lab.faults.framing import Moment
from fiblab.lab.faults.process_faults import ChildKilled, Frozen, Killed, KilledAt, Terminated

from .small_system import SmallSystem, SmallVictim

NAME = "worker-1"


@pytest.fixture
async def victim(system: SmallSystem) -> SmallVictim:
    """Give a process with a child."""
    return await system.add(NAME)


@pytest.fixture
async def sender(victim: SmallVictim) -> AsyncIterator[Redis]:
    """Send commands in the process's stead, each once."""
    url = victim.redis_link.url
    async with Redis.from_url(url, retry=Retry(NoBackoff(), 0)) as client:
        yield client


def _tree(victim: SmallVictim) -> list[psutil.Process]:
    top = psutil.Process(victim.process.pid)
    return [top, *top.children()]


async def test_a_killed_process_leaves_nothing(system: SmallSystem, victim: SmallVictim) -> None:
    """It ends by SIGKILL, and its child with it."""
    tree = _tree(victim)
    await Killed(NAME, "worker").inject(system)
    assert victim.process.exit_status == -signal.SIGKILL
    gone, _ = psutil.wait_procs(tree, 5)
    assert len(gone) == 2
    with pytest.raises(NotReached):
        await Killed(NAME, "worker").inject(system)


@pytest.mark.parametrize(("moment", "effect"), [(Moment.BEFORE, None), (Moment.AFTER, "x")])
async def test_a_process_is_killed_at_its_point(
    system: SmallSystem, victim: SmallVictim, sender: Redis, moment: Moment, effect: str | None
) -> None:
    """When its operation comes by: before, without an effect; after, with it."""
    point = CrashPoint("worker", "redis", "SET", moment)
    fault = asyncio.create_task(KilledAt(NAME, point).inject(system))
    await sender.ping()
    assert victim.process.is_running
    with pytest.raises((RedisGone, ConnectionError)):
        await sender.set("key", "x")
    await fault
    assert victim.process.exit_status == -signal.SIGKILL
    async with system.admin as client:
        assert await client.get("key") == effect


async def test_a_point_that_is_not_reached_spares_the_process(
    system: SmallSystem, victim: SmallVictim, sender: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It says so, and the operation may come later without harm."""
    monkeypatch.setattr(process_faults, "POINT_LIMIT_S", 0.05)
    point = CrashPoint("worker", "redis", "SET", Moment.AFTER)
    with pytest.raises(NotReached, match="worker after SET"):
        await KilledAt(NAME, point).inject(system)
    await sender.set("key", "x")
    assert victim.process.is_running


async def test_a_frozen_process_and_its_child_go_on_when_healed(
    system: SmallSystem, victim: SmallVictim
) -> None:
    """They keep all that they had."""
    fault = Frozen(NAME, 0, lease_s=1)
    await fault.inject(system)
    for process in _tree(victim):
        while process.status() != psutil.STATUS_STOPPED:
            pass  # the kernel stops it when it next runs
    await fault.heal(system)
    assert all(process.status() != psutil.STATUS_STOPPED for process in _tree(victim))


def test_only_a_worker_beyond_its_lease_is_a_zombie() -> None:
    """The report counts it in the row of the matrix that it belongs to."""
    assert Frozen("worker-1", 3, lease_s=2).row == "Zombie worker"
    assert Frozen("worker-1", 1, lease_s=2).row != "Zombie worker"
    assert Frozen("server-1", 3, lease_s=2).row != "Zombie worker"


@pytest.mark.parametrize("twice", [False, True])
async def test_a_terminated_process_ends_by_itself(
    system: SmallSystem, victim: SmallVictim, *, twice: bool
) -> None:
    """The fault is over when the process is."""
    await Terminated(NAME, twice=twice).inject(system)
    assert victim.process.exit_status == -signal.SIGTERM


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV])
async def test_a_child_ends_alone(
    system: SmallSystem, victim: SmallVictim, number: signal.Signals
) -> None:
    """Its parent is not signalled: what it makes of that is its own affair."""
    _, child = _tree(victim)
    await ChildKilled(NAME, number).inject(system)
    assert victim.process.wait_ended(5)  # this parent ends with its child
    assert victim.process.exit_status == 0
    assert not child.is_running()
    with pytest.raises(NotReached):
        await ChildKilled(NAME, number).inject(system)

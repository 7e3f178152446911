"""Each fault of the network strikes between a real client and a real Redis."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from fiblab.lab.faults import network_faults
from fiblab.lab.faults.fault import NotReached
from fiblab.lab.faults.framing import Moment
from fiblab.lab.faults.network_faults import Cut, Latency, Partition, Reset
from fiblab.redis import Address, Connection, ReplyLost

from .small_system import SmallSystem

NAME = "server-1"


@pytest.fixture
async def client(system: SmallSystem) -> AsyncIterator[Connection]:
    """Give a connection on the way of a process."""
    victim = await system.add(NAME)
    address = Address.parse(victim.redis_link.url)
    opened = Connection(address, name="test", reply_timeout=5)
    await opened.connect()
    yield opened
    await opened.close()


@pytest.mark.parametrize("moment", list(Moment))
async def test_a_reset_breaks_the_connection_at_one_operation(
    system: SmallSystem, client: Connection, moment: Moment
) -> None:
    """Whichever comes first, and only that one."""
    fault = asyncio.create_task(Reset(NAME, "redis", moment).inject(system))
    await asyncio.sleep(0)  # it arms the link before it waits
    with pytest.raises(ReplyLost):
        await client.execute("SET", "key", "x")
    await fault
    await client.wait_connected(5)
    assert await client.execute("EXISTS", "key") == (0 if moment is Moment.BEFORE else 1)


async def test_a_reset_without_traffic_is_not_reached(
    system: SmallSystem, client: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It says so, and what comes later passes."""
    monkeypatch.setattr(network_faults, "OPERATION_LIMIT_S", 0.05)
    with pytest.raises(NotReached):
        await Reset(NAME, "redis", Moment.BEFORE).inject(system)
    assert await client.execute("PING") == b"PONG"


async def test_a_cut_breaks_what_is_under_way(system: SmallSystem, client: Connection) -> None:
    """And the next connection is whole."""
    answer = client.execute("BLPOP", "nothing", 4)
    await asyncio.sleep(0)
    await Cut(NAME, "redis").inject(system)
    with pytest.raises(ReplyLost):
        await answer
    await client.wait_connected(5)
    assert await client.execute("PING") == b"PONG"


async def test_a_partition_is_mute_until_it_is_healed(
    system: SmallSystem, client: Connection
) -> None:
    """Nothing is lost by itself."""
    fault = Partition(NAME, "redis", 0)
    await fault.inject(system)
    answer = client.execute("PING")
    done, _ = await asyncio.wait([answer], timeout=0.05)
    assert not done
    await fault.heal(system)
    assert await answer == b"PONG"


async def test_latency_delays_each_way_until_it_is_healed(
    system: SmallSystem, client: Connection
) -> None:
    """Two delays make one round trip."""
    fault, clock = Latency(NAME, "redis", 0.2, 0), asyncio.get_running_loop().time
    await fault.inject(system)
    asked = clock()
    await client.execute("PING")
    assert clock() - asked >= 0.4
    await fault.heal(system)
    assert system.services[NAME].redis_link.latency_s == 0

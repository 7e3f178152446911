"""Who works on a queue: workers say that they are there, and are forgotten when they don't."""

import pytest

from fiblab.queue import Claimant, CorruptReply, Keys, Queue
from fiblab.queue.attendance import FORGOTTEN_AFTER_MS, Attendance
from fiblab.queue.roll import HeldJob, Presence
from fiblab.redis import Connection

from .conftest import light
from .raw_state import expire_lease, server_ms


def presence(name: str = "alone", *, since_ms: int = 1, pid: int = 7) -> Presence:
    """Describe a worker with two lanes."""
    claimants = (f"{name}:light", f"{name}:heavy-0")
    return Presence(name, "host", pid, ("light", "heavy"), since_ms, claimants)


@pytest.fixture
def attendance(raw: Connection, queue: Queue) -> Attendance:
    """Give the roll of the empty queue."""
    return Attendance(raw, queue)


async def names(attendance: Attendance) -> list[str]:
    """Name who is there."""
    return [worker.presence.name for worker in await attendance.workers()]


async def see_at(raw: Connection, keys: Keys, moment_ms: int, name: str) -> None:
    """Let a worker have been seen at a moment of the server's clock."""
    account = await raw.execute("HGET", keys.workers, name)
    assert isinstance(account, bytes)
    said = account.partition(b" ")[2]
    await raw.execute("HSET", keys.workers, name, b"%d %b" % (moment_ms, said))


async def test_nobody_is_there_at_first(attendance: Attendance) -> None:
    """Without a sign of life the roll is empty."""
    assert await attendance.workers() == []


async def test_a_worker_is_listed_as_it_describes_itself(attendance: Attendance) -> None:
    """What was said is told, with how long ago, and nothing is held."""
    await attendance.present(presence())
    (worker,) = await attendance.workers()
    assert worker.presence == presence()
    assert 0 <= worker.seen_ms_ago < FORGOTTEN_AFTER_MS
    assert worker.holds == ()


async def test_said_twice_is_there_once(attendance: Attendance) -> None:
    """The later account is the one that counts."""
    await attendance.present(presence(pid=7))
    await attendance.present(presence(pid=8))
    (worker,) = await attendance.workers()
    assert worker.presence.pid == 8


async def test_the_longest_at_work_comes_first(attendance: Attendance) -> None:
    """The order does not change from one look to the next."""
    for name, since_ms in (("young", 3), ("old", 1), ("middle", 2)):
        await attendance.present(presence(name, since_ms=since_ms))
    assert await names(attendance) == ["old", "middle", "young"]


async def test_who_departs_is_gone(attendance: Attendance) -> None:
    """At once; a second time, or as a stranger, changes nothing."""
    await attendance.present(presence("stays"))
    await attendance.present(presence("goes"))
    for name in ("goes", "goes", "stranger"):
        await attendance.depart(name)
    assert await names(attendance) == ["stays"]


@pytest.mark.parametrize("away_ms", [FORGOTTEN_AFTER_MS + 1_000, -FORGOTTEN_AFTER_MS - 60_000])
async def test_the_silent_are_forgotten(
    attendance: Attendance, raw: Connection, keys: Keys, away_ms: int
) -> None:
    """At the next one's sign of life; seen in the future is seen before the clock jumped back."""
    await attendance.present(presence("silent"))
    await see_at(raw, keys, await server_ms(raw) - away_ms, "silent")
    await attendance.present(presence("there"))
    assert await names(attendance) == ["there"]


async def test_the_last_one_is_forgotten_too(
    attendance: Attendance, raw: Connection, keys: Keys
) -> None:
    """Nobody needs to come after it: the whole roll bears a TTL, renewed at each sign of life."""
    await attendance.present(presence())
    await raw.execute("PERSIST", keys.workers)
    await attendance.present(presence())
    left_ms = await raw.execute("PTTL", keys.workers)
    assert isinstance(left_ms, int)
    assert 0 < left_ms <= FORGOTTEN_AFTER_MS


async def test_each_lease_is_told_with_its_holder(attendance: Attendance, queue: Queue) -> None:
    """A job is held by who claimed it, under whichever of its names, and by nobody else."""
    await queue.enqueue(light("a", "b", "c"))
    for claimant in ("one:light", "two:light", "one:heavy-0"):
        await queue.claim(Claimant.fresh(claimant, ("light",)), 1)
    await attendance.present(presence("one", since_ms=1))
    await attendance.present(presence("two", since_ms=2))
    one, two = await attendance.workers()
    assert sorted(job.id for job in one.holds) == ["a", "c"]
    assert [(job.id, job.attempt) for job in two.holds] == [("b", 1)]
    assert 0 < two.holds[0].lease_left_ms <= queue.policy.visibility_timeout_ms


async def test_a_lease_that_has_run_out_is_told_with_nothing_left(
    attendance: Attendance, queue: Queue, raw: Connection, keys: Keys
) -> None:
    """Until somebody claims it is still the silent worker's."""
    await queue.enqueue(light("a"))
    await queue.claim(Claimant.fresh("alone:light", ("light",)), 1)
    await expire_lease(raw, keys, "a")
    await attendance.present(presence())
    (worker,) = await attendance.workers()
    assert worker.holds == (HeldJob("a", attempt=1, lease_left_ms=0),)


async def test_a_roll_that_is_none_is_refused(
    attendance: Attendance, raw: Connection, keys: Keys
) -> None:
    """What no worker has written is named as corrupt, and believed by nobody."""
    await raw.execute("HSET", keys.workers, "odd", "1 nonsense")
    await raw.execute("EXPIRE", keys.workers, 60)
    with pytest.raises(CorruptReply):
        await attendance.workers()

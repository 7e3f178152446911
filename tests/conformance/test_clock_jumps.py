"""A server's clock that jumped back: nobody waits for the length of the jump.

What was set before the jump then lies further ahead than anything that is set after it.
"""

import pytest

from fiblab.queue import Failure, Heartbeat, Keys, Queue
from fiblab.redis import Connection

from .conftest import Claim, light
from .raw_state import read, server_ms

CRASH = Failure("crash", "it broke")

#: Milliseconds of the jump: a day, longer than any lease or delay.
JUMP_MS = 24 * 3_600_000


async def jump_back(raw: Connection, key: str, job: str) -> None:
    """Let the end of a job's lease or delay be as far ahead as if the clock had jumped back."""
    assert await raw.execute("ZADD", key, "XX", "CH", "INCR", JUMP_MS, job) is not None


async def test_lease_lasts_no_longer_than_a_new_one(
    queue: Queue, claim: Claim, raw: Connection, keys: Keys
) -> None:
    """A dead worker's job is taken back within a visibility timeout, and not before."""
    await queue.enqueue(light("a"))
    await claim(worker="dead")
    await jump_back(raw, keys.leases, "a")

    assert await claim(worker="alive") == []
    end = (await read(raw, keys)).leases["a"]
    assert end <= await server_ms(raw) + queue.policy.visibility_timeout_ms


async def test_delay_lasts_no_longer_than_the_longest(
    queue: Queue, claim: Claim, raw: Connection, keys: Keys
) -> None:
    """A failed job has its next attempt within the longest backoff, and not at once."""
    await queue.enqueue(light("a"))
    [job] = await claim()
    await queue.fail(job.lease, CRASH)
    await jump_back(raw, keys.delayed, "a")

    assert await claim() == []
    due = (await read(raw, keys)).delayed["a"]
    assert due <= await server_ms(raw) + queue.policy.backoff_cap_ms


async def test_worker_that_lives_keeps_its_job(
    queue: Queue, claim: Claim, raw: Connection, keys: Keys
) -> None:
    """A lease from before the jump is prolonged and completed as any other."""
    await queue.enqueue(light("a"))
    [job] = await claim()
    await jump_back(raw, keys.leases, "a")
    await claim(worker="other")

    assert await queue.heartbeat([Heartbeat(job.lease, 0.5)]) == [True]
    assert await queue.complete([job.lease]) == [True]


async def test_end_that_is_not_too_late_is_left_alone(
    queue: Queue, claim: Claim, raw: Connection, keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A claim changes neither leases nor delays that are in order."""
    monkeypatch.setattr("random.random", lambda: 0.999)
    await queue.enqueue(light("leased", "delayed"))
    _, job = await claim(2)
    await queue.fail(job.lease, CRASH)
    before = await read(raw, keys)

    assert await claim(worker="other") == []
    assert await read(raw, keys) == before


async def test_nobody_has_waited_less_than_nothing(
    queue: Queue, raw: Connection, keys: Keys
) -> None:
    """A job that was enqueued later than now is 0 ms old."""
    await queue.enqueue(light("a"))
    ahead = await server_ms(raw) + JUMP_MS
    await raw.execute("HSET", keys.job, "a", f"light {ahead} a")

    assert (await queue.depth()).oldest_ms["light"] == 0

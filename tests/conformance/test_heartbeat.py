"""heartbeat: prolonged or lost."""

from fiblab.queue import Failure, Heartbeat, Keys, Lease, Queue
from fiblab.redis import Connection

from .conftest import Claim, light
from .raw_state import expire_lease, read, server_ms


async def test_held_lease_is_prolonged_by_the_visibility_timeout(
    queue: Queue, claim: Claim, raw: Connection, keys: Keys
) -> None:
    """Counted from the heartbeat, by the server's clock."""
    await queue.enqueue(light("a"))
    [job] = await claim()
    await expire_lease(raw, keys, "a")
    earliest = await server_ms(raw)

    assert await queue.heartbeat([Heartbeat(job.lease)]) == [True]
    end = (await read(raw, keys)).leases["a"]
    assert earliest + queue.policy.visibility_timeout_ms <= end
    assert end <= await server_ms(raw) + queue.policy.visibility_timeout_ms


async def test_prolonged_lease_is_not_taken_back(
    queue: Queue, claim: Claim, raw: Connection, keys: Keys
) -> None:
    """A worker that shows signs of life keeps its job."""
    await queue.enqueue(light("a"))
    [job] = await claim(worker="slow")
    await expire_lease(raw, keys, "a")
    await queue.heartbeat([Heartbeat(job.lease)])

    assert await claim(worker="other") == []
    assert await queue.complete([job.lease]) == [True]


async def test_lost_lease_is_not_prolonged(
    queue: Queue, claim: Claim, raw: Connection, keys: Keys
) -> None:
    """The worker is told to abandon the job, and its new holder notices nothing."""
    await queue.enqueue(light("a"))
    [old] = await claim(worker="slow")
    await expire_lease(raw, keys, "a")
    [new] = await claim(worker="other")
    await queue.heartbeat([Heartbeat(new.lease, 0.25)])
    before = await read(raw, keys)

    assert await queue.heartbeat([Heartbeat(old.lease, 0.75)]) == [False]
    assert await read(raw, keys) == before


async def test_job_that_is_gone_is_lost(queue: Queue) -> None:
    """A heartbeat never brings a lease into being."""
    assert await queue.heartbeat([Heartbeat(Lease("a", "nonce"))]) == [False]


async def test_progress_is_told_until_the_lease_ends(
    queue: Queue, claim: Claim, raw: Connection, keys: Keys
) -> None:
    """Whoever asks sees the share done; the next attempt starts without one."""
    await queue.enqueue(light("a"))
    [job] = await claim()
    await queue.heartbeat([Heartbeat(job.lease, 0.25)])
    await queue.heartbeat([Heartbeat(job.lease, 0.5)])

    [status] = await queue.status(["a"])
    assert status.progress == 0.5
    await queue.fail(job.lease, Failure("crash", "it broke"))
    assert (await read(raw, keys)).progress == {}


async def test_heartbeat_without_progress_takes_back_what_was_told(
    queue: Queue, claim: Claim
) -> None:
    """Unknown is unknown, and not what was known once."""
    await queue.enqueue(light("a"))
    [job] = await claim()
    await queue.heartbeat([Heartbeat(job.lease, 0.25)])
    await queue.heartbeat([Heartbeat(job.lease)])

    [status] = await queue.status(["a"])
    assert status.progress is None


async def test_each_of_a_batch_has_its_own_outcome(queue: Queue, claim: Claim) -> None:
    """A lost lease among held ones stops none of them."""
    await queue.enqueue(light("a", "b"))
    a, b = await claim(2)
    beats = [Heartbeat(a.lease, 0.5), Heartbeat(Lease("x", "nonce")), Heartbeat(b.lease)]

    assert await queue.heartbeat(beats) == [True, False, True]


async def test_no_heartbeats_at_all_is_no_error(queue: Queue) -> None:
    """An empty batch asks nothing of the server."""
    assert await queue.heartbeat([]) == []

"""A server without memory: what grows is refused whole, what gives memory back goes on."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from fiblab.queue import Enqueued, FailOutcome, Failure, Heartbeat, Job, Queue
from fiblab.redis import CommandError, Connection

from .conftest import Claim, ids, light
from .raw_state import read

#: Bytes of a payload, and how many such jobs are more than `ROOM_BYTES`.
PAYLOAD_BYTES, TOO_MANY = 100_000, 100

FAILURE = Failure("crash", "it broke")

#: Memory left to a server that is to fill up: 20 payloads or so.
ROOM_BYTES = 2_000_000


async def used_memory(raw: Connection) -> int:
    """Ask how many bytes the server has in use."""
    info = await raw.execute("INFO", "memory")
    assert isinstance(info, bytes)
    [line] = [line for line in info.split(b"\r\n") if line.startswith(b"used_memory:")]
    return int(line.partition(b":")[2])


async def allow(raw: Connection, maxmemory: int | str) -> None:
    """Set how much memory the server may use; past it, growing writes are refused."""
    await raw.execute("CONFIG", "SET", "maxmemory", maxmemory, "maxmemory-policy", "noeviction")


async def fill(queue: Queue) -> list[str]:
    """Enqueue large jobs until memory is used up; name those that were accepted."""
    accepted: list[str] = []
    try:
        while len(accepted) < TOO_MANY:
            job = Job(str(len(accepted)), "light", b"x" * PAYLOAD_BYTES)
            await queue.enqueue([job])
            accepted.append(job.id)
    except CommandError as refused:
        if refused.code != "OOM":
            raise
    return accepted


@pytest.fixture
async def scarce(queue: Queue, raw: Connection) -> AsyncIterator[Queue]:
    """Give a queue whose server may lack memory, and all of it back afterwards."""
    yield queue
    await allow(raw, "512mb")


async def test_enqueue_is_refused_whole(scarce: Queue, raw: Connection) -> None:
    """Given no memory, of a batch nothing is written, and the error says why."""
    before = await read(raw, scarce.keys)
    await allow(raw, 1)

    with pytest.raises(CommandError) as refused:
        await scarce.enqueue(light("a", "b"))
    assert refused.value.code == "OOM"
    assert await read(raw, scarce.keys) == before


async def test_server_that_fills_up_holds_what_it_accepted(
    raw: Connection, scarce: Queue, claim: Claim
) -> None:
    """What was answered "added" is there, whole, and what was refused is not; then all goes on."""
    wide = Queue(raw, scarce.keys, replace(scarce.policy, bound=TOO_MANY))
    await allow(raw, await used_memory(raw) + ROOM_BYTES)
    accepted = await fill(wide)

    assert 0 < len(accepted) < TOO_MANY
    jobs = await claim(TOO_MANY)
    assert ids(jobs) == accepted
    assert {len(job.payload) for job in jobs} == {PAYLOAD_BYTES}
    assert await wide.complete([job.lease for job in jobs]) == [True] * len(jobs)
    assert await wide.enqueue(light("after")) == [Enqueued.ADDED]


async def test_work_in_hand_is_finished_without_memory(
    scarce: Queue, raw: Connection, claim: Claim
) -> None:
    """Claims, heartbeats and all ends of a job go on: they are what gives memory back."""
    await scarce.enqueue(light("done", "failed", "released"))
    await allow(raw, 1)

    done, failed, released = [job.lease for job in await claim(3)]
    assert await scarce.heartbeat([Heartbeat(done, 0.5)]) == [True]
    assert await scarce.complete([done]) == [True]
    assert (await scarce.fail(failed, FAILURE)).outcome is FailOutcome.RETRYING
    assert await scarce.release([released]) == [True]


async def test_requeue_is_refused_whole(scarce: Queue, raw: Connection, claim: Claim) -> None:
    """A dead letter that can't be brought back stays one."""
    await scarce.enqueue(light("a"))
    [job] = await claim()
    await scarce.fail(job.lease, replace(FAILURE, retryable=False))
    before = await read(raw, scarce.keys)
    await allow(raw, 1)

    with pytest.raises(CommandError, match="OOM"):
        await scarce.requeue(["a"])
    assert await read(raw, scarce.keys) == before


async def test_queue_works_again_after_memory_is_given_back(
    scarce: Queue, raw: Connection, claim: Claim
) -> None:
    """A refusal leaves nothing behind that would make a later request pending."""
    await allow(raw, 1)
    with pytest.raises(CommandError, match="OOM"):
        await scarce.enqueue(light("a"))
    await allow(raw, "512mb")

    assert await scarce.enqueue(light("a")) == [Enqueued.ADDED]
    assert ids(await claim()) == ["a"]

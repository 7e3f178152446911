"""enqueue: added, pending or full; a batch is all or nothing."""

from dataclasses import replace

import pytest

from fiblab.queue import Enqueued, Failure, InvalidJob, Job, Keys, Queue
from fiblab.redis import Connection

from .conftest import Claim, heavy, light
from .raw_state import read

ADDED, PENDING, FULL = Enqueued.ADDED, Enqueued.PENDING, Enqueued.FULL


async def test_new_jobs_are_added_to_the_tails_of_their_lanes(
    queue: Queue, raw: Connection, keys: Keys
) -> None:
    """Each waits in its own lane, behind those that came before; the next one is last."""
    assert await queue.enqueue([*light("a", "b"), *heavy("c")]) == [ADDED] * 3

    state = await read(raw, keys)
    assert state.ready == {"light": ["b", "a"], "heavy": ["c"]}
    assert state.events == ["enqueued"]


async def test_no_jobs_at_all_is_no_error(queue: Queue) -> None:
    """An empty batch asks nothing of the server."""
    assert await queue.enqueue([]) == []


@pytest.mark.parametrize("payload", [b"", b"a b  c ", b"\x00\r\n\xff", b"x" * 100_000])
async def test_any_payload_arrives_as_it_was(queue: Queue, claim: Claim, payload: bytes) -> None:
    """A payload is bytes: spaces, line ends and zeros in it mean nothing to the queue."""
    await queue.enqueue([Job("a", "light", payload)])

    [job] = await claim()
    assert job.payload == payload


async def test_job_that_is_ready_is_pending(queue: Queue, raw: Connection, keys: Keys) -> None:
    """Deduplicated: neither its place nor its record changes, even with another payload."""
    await queue.enqueue(light("a", "b"))
    before = await read(raw, keys)

    assert await queue.enqueue([Job("a", "heavy", b"other")]) == [PENDING]
    assert await read(raw, keys) == before


async def test_job_that_is_leased_is_pending(queue: Queue, claim: Claim) -> None:
    """A job in a worker's hands is not started a second time."""
    await queue.enqueue(light("a"))
    await claim()

    assert await queue.enqueue(light("a")) == [PENDING]


async def test_job_that_is_delayed_is_pending(queue: Queue, claim: Claim) -> None:
    """Asking again does not shorten a backoff."""
    await queue.enqueue(light("a"))
    [job] = await claim()
    await queue.fail(job.lease, Failure("crash", "it broke"))

    assert await queue.enqueue(light("a")) == [PENDING]


async def test_job_twice_in_one_batch_is_added_once(queue: Queue) -> None:
    """The second one finds the first."""
    assert await queue.enqueue(light("a", "a")) == [ADDED, PENDING]


async def test_batch_up_to_the_bound_is_added(queue: Queue) -> None:
    """The bound itself is allowed; pending ones and repetitions take no room."""
    await queue.enqueue(light("a"))

    outcomes = await queue.enqueue(light("a", "b", "c", "d", "e", "e", "f"))
    assert outcomes == [PENDING, ADDED, ADDED, ADDED, ADDED, PENDING, ADDED]


async def test_batch_beyond_the_bound_is_refused_whole(
    queue: Queue, raw: Connection, keys: Keys
) -> None:
    """Given room for one, of two jobs none is added."""
    await queue.enqueue(light("a", "b", "c", "d", "e"))
    before = await read(raw, keys)

    assert await queue.enqueue(light("f", "g")) == [FULL, FULL]
    assert await read(raw, keys) == before


async def test_pending_job_of_a_full_queue_is_pending(queue: Queue) -> None:
    """Whoever asks for what is under way is not turned away."""
    await queue.enqueue(light("a", "b", "c", "d", "e", "f"))

    assert await queue.enqueue(light("f")) == [PENDING]
    assert await queue.enqueue(light("g")) == [FULL]


async def test_pending_job_is_pending_under_a_lowered_bound(queue: Queue, raw: Connection) -> None:
    """Given more jobs than a new setting allows, those that are there are not refused."""
    await queue.enqueue(light("a", "b", "c"))
    lowered = Queue(raw, queue.keys, replace(queue.policy, bound=2))

    assert await lowered.enqueue(light("a", "b")) == [PENDING, PENDING]
    assert await lowered.enqueue(light("a", "d")) == [FULL, FULL]


async def test_bound_counts_ready_leased_and_delayed(queue: Queue, claim: Claim) -> None:
    """Work that a worker holds, or that waits for its retry, is work that is owed."""
    await queue.enqueue(light("a", "b", "c", "d", "e", "f"))
    to_fail, *_ = await claim(3)
    await queue.fail(to_fail.lease, Failure("crash", "it broke"))

    depth = await queue.depth()
    assert (depth.ready["light"], depth.leased, depth.delayed) == (3, 2, 1)
    assert await queue.enqueue(light("g")) == [FULL]


async def test_end_of_a_job_makes_room(queue: Queue, claim: Claim) -> None:
    """Given a full queue, one job that ends lets one in."""
    await queue.enqueue(light("a", "b", "c", "d", "e", "f"))
    [job] = await claim()
    await queue.complete([job.lease])

    assert await queue.enqueue(light("g")) == [ADDED]


async def test_dead_letter_gives_way_to_a_new_try(
    queue: Queue, claim: Claim, raw: Connection, keys: Keys
) -> None:
    """To ask again is to try again, with all attempts."""
    await queue.enqueue(light("a"))
    [job] = await claim()
    await queue.fail(job.lease, Failure("bad_payload", "no number", retryable=False))

    assert await queue.enqueue(light("a")) == [ADDED]
    assert (await read(raw, keys)).dead == {}
    [again] = await claim()
    assert again.attempt == 1


@pytest.mark.parametrize("identity", ["", "a b", "a/b", "a\n", "a" * 129, "é"])
async def test_id_that_could_be_misread_is_refused(queue: Queue, identity: str) -> None:
    """Ids stand in lists that spaces and slashes part; nothing of the batch is sent."""
    with pytest.raises(InvalidJob, match="a job's id"):
        await queue.enqueue([*light("good"), Job(identity, "light")])

    assert (await queue.depth()).ready["light"] == 0


async def test_longest_id_is_taken(queue: Queue) -> None:
    """128 characters are a valid id."""
    assert await queue.enqueue(light("a" * 128)) == [ADDED]


async def test_unknown_lane_is_refused_by_name(queue: Queue) -> None:
    """A job in a lane that nobody serves would wait for ever."""
    with pytest.raises(InvalidJob, match="lane 'night' is not one of light, heavy"):
        await queue.enqueue([Job("a", "night")])

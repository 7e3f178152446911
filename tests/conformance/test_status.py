"""status, depth, events and pause: what can be seen from outside, changing nothing."""

from dataclasses import replace

from fiblab.queue import Claimant, Depth, Failure, Heartbeat, JobState, JobStatus, Keys, Queue
from fiblab.redis import Connection

from .conftest import Claim, heavy, light
from .raw_state import expire_lease, read, server_ms

CRASH = Failure("crash", "it broke")
HOPELESS = Failure("bad_payload", "no number", retryable=False)


async def one_job_in_each_state(queue: Queue, claim: Claim) -> None:
    """Bring a job named after its state into each."""
    await queue.enqueue(light("leased", "delayed", "dead", "ready"))
    leased, delayed, dead = await claim(3)
    await queue.heartbeat([Heartbeat(leased.lease, 0.25)])
    await queue.fail(delayed.lease, CRASH)
    await queue.fail(dead.lease, HOPELESS)


async def test_status_tells_each_state(queue: Queue, claim: Claim) -> None:
    """One answer for each id in the order asked, with all there is to tell."""
    await one_job_in_each_state(queue, claim)

    assert await queue.status(["ready", "leased", "delayed", "dead", "gone"]) == [
        JobStatus(JobState.READY),
        JobStatus(JobState.LEASED, attempts=1, progress=0.25),
        JobStatus(JobState.DELAYED, attempts=1),
        JobStatus(JobState.DEAD, attempts=1, failure=HOPELESS),
        JobStatus(JobState.GONE),
    ]


async def test_expired_lease_is_leased_until_it_is_taken_back(
    queue: Queue, claim: Claim, raw: Connection, keys: Keys
) -> None:
    """Its worker may still complete it, so it is not ready yet."""
    await queue.enqueue(light("a"))
    await claim()
    await expire_lease(raw, keys, "a")

    [status] = await queue.status(["a"])
    assert status.state is JobState.LEASED


async def test_depth_counts_each_state(queue: Queue, claim: Claim) -> None:
    """What waits is told per lane, the rest in all."""
    await one_job_in_each_state(queue, claim)
    await queue.enqueue(heavy("h1", "h2"))

    depth = await queue.depth()
    assert depth == Depth(
        ready={"light": 1, "heavy": 2},
        oldest_ms=depth.oldest_ms,
        leased=1,
        delayed=1,
        dead=1,
        bound=queue.policy.bound,
        paused=False,
    )


async def test_depth_of_an_empty_queue_is_zero(queue: Queue) -> None:
    """Nothing waits, so nothing has an age."""
    depth = await queue.depth()
    assert depth.ready == {"light": 0, "heavy": 0}
    assert depth.oldest_ms == {"light": 0, "heavy": 0}


async def test_oldest_is_the_age_of_the_job_next_in_line(
    queue: Queue, raw: Connection, keys: Keys
) -> None:
    """By the server's clock, for each lane by itself."""
    await queue.enqueue(light("old", "new"))
    await raw.execute("HSET", keys.job, "old", "light 1000 payload")

    earliest = await server_ms(raw)
    depth = await queue.depth()
    assert earliest <= depth.oldest_ms["light"] + 1000 <= await server_ms(raw)
    assert depth.oldest_ms["heavy"] == 0


async def test_pause_shows_in_depth_until_resumed(queue: Queue) -> None:
    """Whoever wonders why nothing moves sees it; pausing twice needs no second resume."""
    await queue.pause()
    await queue.pause()
    assert (await queue.depth()).paused
    await queue.resume()
    assert not (await queue.depth()).paused


async def test_paused_queue_takes_and_completes_jobs(queue: Queue, claim: Claim) -> None:
    """Only claiming stops: requests are accepted, and work in hand is finished."""
    await queue.enqueue(light("a"))
    [job] = await claim()
    await queue.pause()

    await queue.enqueue(light("b"))
    assert await queue.complete([job.lease]) == [True]
    assert (await queue.depth()).ready["light"] == 1


async def test_looking_changes_nothing(
    queue: Queue, claim: Claim, raw: Connection, keys: Keys
) -> None:
    """status, depth, dead_letters and events write neither state nor events."""
    await one_job_in_each_state(queue, claim)
    before = await read(raw, keys)

    await queue.status(["ready", "leased", "delayed", "dead", "gone"])
    await queue.depth()
    await queue.dead_letters()
    await queue.events()
    assert await read(raw, keys) == before


async def test_status_of_no_jobs_is_no_error(queue: Queue) -> None:
    """An empty batch asks nothing of the server."""
    assert await queue.status([]) == []


async def test_events_tell_a_jobs_whole_life(queue: Queue, claim: Claim) -> None:
    """Each transition once, in order, with its detail and with the worker that claimed."""
    await queue.enqueue(light("a"))
    [job] = await claim(worker="first")
    await queue.heartbeat([Heartbeat(job.lease, 0.5)])
    await queue.fail(job.lease, HOPELESS)
    await queue.requeue(["a"])
    [job] = await claim(worker="second")
    await queue.complete([job.lease])

    told = [(event.kind, event.job, event.detail, event.worker) for event in await queue.events()]
    assert told == [
        ("enqueued", "a", "light", None),
        ("claimed", "a", "1", "first"),
        ("progress", "a", "0.500", None),
        ("dead", "a", "bad_payload", None),
        ("enqueued", "a", "light", None),
        ("claimed", "a", "1", "second"),
        ("completed", "a", "", None),
    ]


async def test_events_of_a_batch_name_each_job(queue: Queue) -> None:
    """One entry of the stream is read as one event for each job."""
    await queue.enqueue([*light("a", "b"), *heavy("c")])

    events = await queue.events()
    assert [(event.job, event.detail) for event in events] == [
        ("a", "light"),
        ("b", "light"),
        ("c", "heavy"),
    ]
    assert len({event.id for event in events}) == 1


async def test_events_are_read_on_from_where_one_stopped(queue: Queue) -> None:
    """The id of the last event seen is where to go on; nothing comes twice or is left out."""
    for identity in ("a", "b", "c"):
        await queue.enqueue(light(identity))

    first = await queue.events(count=2)
    rest = await queue.events(after=first[-1].id)
    assert [event.job for event in first] == ["a", "b"]
    assert [event.job for event in rest] == ["c"]
    assert await queue.events(after=rest[-1].id) == []


async def test_category_of_any_words_is_one_event(queue: Queue, claim: Claim) -> None:
    """Spaces and slashes in a category are no further jobs."""
    await queue.enqueue(light("a"))
    [job] = await claim()
    await queue.fail(job.lease, Failure("too big / late", "it broke", retryable=False))

    *_, dead = await queue.events()
    assert (dead.kind, dead.job, dead.detail) == ("dead", "a", "too_big_/_late")


async def test_event_stream_is_trimmed(queue: Queue, raw: Connection, keys: Keys) -> None:
    """It stays near its cap: Redis trims by nodes of 100 entries, whole ones only."""
    small = Queue(raw, keys, replace(queue.policy, event_cap=10))
    await small.enqueue(light("a"))
    for _ in range(150):
        [job] = await small.claim(Claimant.fresh("worker", ("light",)), 1)
        await small.release([job.lease])

    assert len((await read(raw, keys)).events) <= 10 + 100

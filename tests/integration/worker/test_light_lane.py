"""Light jobs, from the queue to the stored value."""

import pytest
import redis
import sympy

from fiblab.fibonacci import fibonacci_text
from fiblab.queue import Job, JobState
from fiblab.redis import Connection
from fiblab.worker import light_work

from .conftest import RunningWorker, StartWorker, job
from .journal import Journal


async def test_0_to_40_are_computed_from_an_empty_redis(
    worker: RunningWorker, journal: Journal
) -> None:
    """The classic range is complete, right and marked, and no job is left."""
    await worker.enqueue(*range(41))
    for index in range(41):
        assert await journal.wait_for_end(index) == "completed"
    values = await worker.parts.values.get_many(range(41))
    assert values == {index: str(sympy.fibonacci(index)) for index in range(41)}
    assert await worker.parts.values.redis.marker() == 40
    assert worker.counted("jobs_total", lane="light", outcome="done") == 41


async def test_dense_range_grows_from_its_marker(worker: RunningWorker, journal: Journal) -> None:
    """What comes after the marker is added to it, with all that lies between."""
    await worker.enqueue(5)
    await journal.wait_for("completed", 5)
    await worker.enqueue(300)
    await journal.wait_for("completed", 300)
    assert await worker.parts.values.redis.marker() == 300
    assert await worker.parts.values.get(299) == str(sympy.fibonacci(299))


async def test_hole_in_the_dense_range_is_mended(
    worker: RunningWorker, journal: Journal, connection: Connection
) -> None:
    """A value that the marker promises and nobody has is computed anew when it is asked for."""
    await worker.enqueue(20)
    await journal.wait_for("completed", 20)
    await connection.execute("HDEL", "{fiblab:0}:v1:values", 7)
    await worker.enqueue(7)
    await journal.wait_for("completed", 7)
    assert await worker.parts.values.get(7) == "13"


async def test_lying_marker_is_put_right_at_the_start(
    start_worker: StartWorker, journal: Journal, connection: Connection
) -> None:
    """A marker beyond what is stored, as a lost write leaves it, is never built upon."""
    await connection.execute("SET", "{fiblab:0}:v1:max", 30)
    worker = await start_worker()
    await worker.enqueue(31)
    await journal.wait_for("completed", 31)
    assert await worker.parts.values.get(31) == "1346269"
    assert await worker.parts.values.get(30) == "832040"


async def test_values_beyond_the_dense_range_are_stored_by_themselves(
    worker: RunningWorker, journal: Journal
) -> None:
    """They are right, and the dense range stays as it was."""
    await worker.enqueue(5_000, 20_000)
    for index in (5_000, 20_000):
        await journal.wait_for("completed", index)
        assert await journal.steps(index) == ["enqueued", "claimed", "completed"]
        assert await worker.parts.values.get(index) == str(sympy.fibonacci(index))
    assert await worker.parts.values.redis.marker() == -1


async def test_larger_than_usual_light_values_are_computed(
    start_worker: StartWorker, journal: Journal
) -> None:
    """Where the setting lets a larger index into the light lane, it is served there."""
    worker = await start_worker(light_max_index=1_000_000)
    await worker.enqueue(300_000)
    await journal.wait_for("completed", 300_000)
    assert await worker.parts.values.get(300_000) == fibonacci_text(300_000)


async def test_worker_looks_before_it_computes(worker: RunningWorker, journal: Journal) -> None:
    """A job whose value is stored already is ended without computing it again."""
    await worker.parts.values.redis.put({5_000: fibonacci_text(5_000)})
    await worker.enqueue(5_000)
    assert await journal.wait_for_end(5_000) == "completed"
    assert worker.counted("compute_seconds_count", lane="light") == 0


async def test_bad_payload_fails_alone(start_worker: StartWorker, journal: Journal) -> None:
    """One unreadable job of a batch is a dead letter; the others of that batch are served."""
    worker = await start_worker()
    await worker.queue.enqueue([job(1), Job("2", "light", b"\xff"), job(3), job(4_000)])
    assert await journal.wait_for_end(2) == "dead"
    for index in (1, 3, 4_000):
        assert await journal.wait_for_end(index) == "completed"
    (letter,) = await worker.queue.dead_letters()
    assert (letter.id, letter.failure.category, letter.attempts) == ("2", "bad_payload", 1)


async def test_wrong_value_is_not_stored(
    start_worker: StartWorker, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A computation that fails its check is tried again, and given up with that reason."""
    worker = await start_worker(max_attempts=2)
    monkeypatch.setattr(light_work, "fibonacci_text", lambda index: fibonacci_text(index - 1))
    await worker.enqueue(5_000)
    assert await journal.wait_for_end(5_000) == "dead"
    assert await worker.parts.values.get(5_000) is None
    (letter,) = await worker.queue.dead_letters()
    assert (letter.failure.category, letter.attempts) == ("wrong_value", 2)


async def test_bug_costs_one_job(
    start_worker: StartWorker, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An exception that one index causes is its dead letter; the rest of its batch is served."""

    def faulty(index: int) -> str:
        if index == 5_000:
            raise ZeroDivisionError("seeded")
        return fibonacci_text(index)

    worker = await start_worker(max_attempts=1)
    monkeypatch.setattr(light_work, "fibonacci_text", faulty)
    await worker.enqueue(4_999, 5_000, 5_001)
    assert await journal.wait_for_end(5_000) == "dead"
    assert await journal.wait_for_end(4_999) == await journal.wait_for_end(5_001) == "completed"
    (letter,) = await worker.queue.dead_letters()
    assert letter.failure.category == "exception"
    assert "seeded" in letter.failure.detail


async def test_stale_completion_changes_nothing(
    worker: RunningWorker, journal: Journal, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A job that became another worker's meanwhile stays that worker's; the value is stored."""
    nonces = worker.queue.keys.nonce

    def overtaken(index: int) -> str:
        with redis.Redis.from_url(redis_url) as other:
            other.hset(nonces, str(index), "of another claim")
        return fibonacci_text(index)

    monkeypatch.setattr(light_work, "fibonacci_text", overtaken)
    await worker.enqueue(5_000)
    while not worker.counted("jobs_total", lane="light", outcome="stale"):
        await worker.queue.depth()
    assert await journal.kinds(5_000) == ["enqueued", "claimed"]
    assert await worker.parts.values.get(5_000) == str(sympy.fibonacci(5_000))


async def test_refusing_store_fails_the_jobs_and_not_the_lane(
    worker: RunningWorker, journal: Journal, connection: Connection
) -> None:
    """Where Redis answers but will not do it, jobs become dead letters and others are served."""
    await connection.execute("SET", "{fiblab:0}:v1:values", "not a hash")
    await worker.enqueue(40)
    assert await journal.wait_for_end(40) == "dead"
    (status,) = await worker.queue.status(["40"])
    assert status.failure is not None
    assert status.failure.category == "store_refused"
    await worker.enqueue(5_000)
    assert await journal.wait_for_end(5_000) == "completed"


async def test_pause_is_obeyed(worker: RunningWorker, journal: Journal) -> None:
    """What is enqueued in a pause is claimed after it, though its worker was woken before."""
    await worker.queue.pause()
    await worker.enqueue(5)
    wake = worker.queue.keys.wake("light")
    while await worker.parts.redis.execute("LLEN", wake):  # until the worker took the token
        pass
    await worker.enqueue(6)
    (five, six) = await worker.queue.status(["5", "6"])
    assert five.state is six.state is JobState.READY
    resumed = await journal.wait_for("enqueued", 6)
    await worker.queue.resume()
    for index in (5, 6):
        assert (await journal.wait_for("claimed", index)).id > resumed.id
        await journal.wait_for("completed", index)

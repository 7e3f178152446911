"""Dead letters: listed, requeued, discarded, capped."""

import pytest

from fiblab.queue import Enqueued, Failure, JobState, Keys, Queue
from fiblab.redis import Connection

from .conftest import Claim, ids, light
from .raw_state import read

HOPELESS = Failure("bad_payload", "no number", retryable=False)


async def bury(queue: Queue, claim: Claim, raw: Connection, *identities: str) -> None:
    """Make a dead letter of each, one ms apart, so that their order is certain."""
    for died_ms, identity in enumerate(identities, start=1):
        await queue.enqueue(light(identity))
        [job] = await claim()
        await queue.fail(job.lease, HOPELESS)
        await raw.execute("ZADD", queue.keys.dead_by_time, "XX", died_ms, identity)


async def listed(queue: Queue, limit: int = 100, offset: int = 0) -> list[str]:
    """Name the dead letters of a page."""
    return [letter.id for letter in await queue.dead_letters(limit, offset)]


async def test_none_are_listed_of_an_empty_queue(queue: Queue) -> None:
    """No dead letters are an empty list."""
    assert await queue.dead_letters() == []


async def test_the_latest_is_listed_first(queue: Queue, claim: Claim, raw: Connection) -> None:
    """What has just gone wrong is what people look for."""
    await bury(queue, claim, raw, "a", "b", "c")

    assert await listed(queue) == ["c", "b", "a"]


@pytest.mark.parametrize(
    ("limit", "offset", "expected"),
    [(2, 0, ["c", "b"]), (2, 2, ["a"]), (1, 1, ["b"]), (5, 3, []), (0, 0, []), (0, 1, [])],
)
async def test_pages_are_as_long_as_asked_for(  # noqa: PLR0913 - a table of three columns
    queue: Queue, claim: Claim, raw: Connection, *, limit: int, offset: int, expected: list[str]
) -> None:
    """A page begins at its offset and holds at most `limit`, none for a limit of 0."""
    await bury(queue, claim, raw, "a", "b", "c")

    assert await listed(queue, limit, offset) == expected


async def test_the_oldest_goes_when_the_cap_is_passed(
    queue: Queue, claim: Claim, raw: Connection, keys: Keys
) -> None:
    """Of four, with room for three, the first to die is forgotten wholly."""
    await bury(queue, claim, raw, "a", "b", "c", "d")

    assert await listed(queue) == ["d", "c", "b"]
    assert (await read(raw, keys)).dead.keys() == {"b", "c", "d"}
    [status] = await queue.status(["a"])
    assert status.state is JobState.GONE


async def test_requeued_job_starts_anew(
    queue: Queue, claim: Claim, raw: Connection, keys: Keys
) -> None:
    """It waits in its lane with its payload and all its attempts, and is no dead letter."""
    await bury(queue, claim, raw, "a")

    assert await queue.requeue(["a"]) == [Enqueued.ADDED]
    assert (await read(raw, keys)).dead == {}
    [job] = await claim()
    assert (job.id, job.lane, job.payload, job.attempt) == ("a", "light", b"a", 1)


async def test_only_dead_letters_are_requeued(queue: Queue, raw: Connection, keys: Keys) -> None:
    """Unknown jobs and jobs that wait are left as they are."""
    await queue.enqueue(light("ready"))
    before = await read(raw, keys)

    assert await queue.requeue(["unknown", "ready"]) == [None, None]
    assert await read(raw, keys) == before


async def test_full_queue_leaves_the_rest_dead(
    queue: Queue, claim: Claim, raw: Connection, keys: Keys
) -> None:
    """Given room for one, the first of two is requeued and the second stays as it was."""
    await bury(queue, claim, raw, "a", "b")
    await queue.enqueue(light("1", "2", "3", "4", "5"))

    assert await queue.requeue(["a", "b"]) == [Enqueued.ADDED, Enqueued.FULL]
    state = await read(raw, keys)
    assert state.dead.keys() == {"b"}
    assert len(state.job) == queue.policy.bound


async def test_requeued_job_wakes_a_worker(
    queue: Queue, claim: Claim, raw: Connection, keys: Keys
) -> None:
    """It is work like any other."""
    await bury(queue, claim, raw, "a")
    tokens = (await read(raw, keys)).wake["light"]
    await queue.requeue(["a"])

    assert (await read(raw, keys)).wake["light"] == tokens + 1


async def test_discarded_letter_is_gone(
    queue: Queue, claim: Claim, raw: Connection, keys: Keys
) -> None:
    """Nothing is kept of it but its events, and it can't be requeued."""
    await bury(queue, claim, raw, "a", "b")

    assert await queue.discard(["a"]) == [True]
    state = await read(raw, keys)
    assert state.dead.keys() == {"b"}
    assert state.events[-1] == "discarded"
    assert await queue.requeue(["a"]) == [None]


async def test_only_dead_letters_are_discarded(queue: Queue, claim: Claim) -> None:
    """A job that waits can't be dropped by it."""
    await queue.enqueue(light("ready"))

    assert await queue.discard(["unknown", "ready"]) == [False, False]
    assert ids(await claim()) == ["ready"]


async def test_no_ids_at_all_are_no_error(queue: Queue) -> None:
    """An empty batch asks nothing of the server."""
    assert await queue.requeue([]) == []
    assert await queue.discard([]) == []

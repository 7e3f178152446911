"""jobs and job: what the queue holds, listed by state and lane, changing nothing."""

import pytest

from fiblab.queue import InvalidJob, JobState, JobStatus, Keys, Queue
from fiblab.redis import Connection

from .conftest import Claim, heavy, light
from .raw_state import expire_lease, read
from .test_status import HOPELESS, one_job_in_each_state

EVERY_STATE = (JobState.LEASED, JobState.READY, JobState.DELAYED, JobState.DEAD)


async def listed(
    queue: Queue, *states: JobState, lane: str | None = None, limit: int = 100, offset: int = 0
) -> list[str]:
    """Name the jobs of a page."""
    page = await queue.jobs(states or EVERY_STATE, lane, limit, offset)
    return [job.id for job in page.jobs]


async def test_jobs_are_told_with_all_there_is(queue: Queue, claim: Claim) -> None:
    """One in each state, each with its lane, its standing, and what is left of lease or delay."""
    await one_job_in_each_state(queue, claim)

    page = await queue.jobs(EVERY_STATE, None, 100)
    assert [(job.id, job.lane, job.status) for job in page.jobs] == [
        ("leased", "light", JobStatus(JobState.LEASED, attempts=1, progress=0.25)),
        ("ready", "light", JobStatus(JobState.READY)),
        ("delayed", "light", JobStatus(JobState.DELAYED, attempts=1)),
        ("dead", "light", JobStatus(JobState.DEAD, attempts=1, failure=HOPELESS)),
    ]
    leased, ready, delayed, dead = page.jobs
    assert 0 < leased.left_ms <= queue.policy.visibility_timeout_ms
    assert 0 <= delayed.left_ms <= queue.policy.backoff_base_ms
    assert (ready.left_ms, dead.left_ms) == (0, 0)
    assert all(job.enqueued_ms > 0 for job in page.jobs)
    assert page.next_offset is None


async def test_one_job_is_told_as_in_the_list(queue: Queue, claim: Claim) -> None:
    """And nothing of one that the queue does not hold."""
    await one_job_in_each_state(queue, claim)

    for listed_job in (await queue.jobs((JobState.READY, JobState.DEAD), None, 100)).jobs:
        assert await queue.job(listed_job.id) == listed_job
    assert await queue.job("gone") is None


@pytest.mark.parametrize("state", EVERY_STATE)
async def test_only_the_wanted_state_is_listed(queue: Queue, claim: Claim, state: JobState) -> None:
    """Each job of the test is named after its state."""
    await one_job_in_each_state(queue, claim)

    assert await listed(queue, state) == [state.value]


async def test_waiting_jobs_are_listed_as_they_will_be_claimed(queue: Queue, claim: Claim) -> None:
    """Lane by lane, the next one first."""
    await queue.enqueue([*light("a", "b"), *heavy("h1", "h2")])

    assert await listed(queue, JobState.READY) == ["a", "b", "h1", "h2"]
    assert [job.id for job in await claim(4)] == ["a", "b", "h1", "h2"]


async def test_leased_jobs_are_listed_by_the_end_of_their_lease(
    queue: Queue, claim: Claim, raw: Connection, keys: Keys
) -> None:
    """The one that is about to be taken back comes first, with nothing left where it is over."""
    await queue.enqueue(light("a", "b"))
    await claim(2)
    await expire_lease(raw, keys, "b")

    page = await queue.jobs([JobState.LEASED], None, 100)
    assert [(job.id, job.left_ms > 0) for job in page.jobs] == [("b", False), ("a", True)]


async def test_only_the_wanted_lane_is_listed(queue: Queue, claim: Claim) -> None:
    """In every state, and each page goes on where the one before had stopped looking."""
    await queue.enqueue([*light("a", "b", "c"), *heavy("h1", "h2")])
    await claim(1, lanes=("light",))
    await claim(1, lanes=("heavy",))

    assert await listed(queue, lane="light") == ["a", "b", "c"]
    assert await listed(queue, lane="heavy") == ["h1", "h2"]
    first = await queue.jobs(EVERY_STATE, "heavy", 1)
    assert [job.id for job in first.jobs] == ["h1"]
    assert first.next_offset is not None
    assert await listed(queue, lane="heavy", offset=first.next_offset) == ["h2"]


async def test_pages_show_each_job_once(queue: Queue, claim: Claim) -> None:
    """Across states and lanes, whatever the size of a page."""
    await queue.enqueue([*light("a", "b", "c"), *heavy("h1", "h2")])
    await claim(2)
    everything = await listed(queue)
    assert len(everything) == 5

    for limit in range(1, 7):
        seen: list[str] = []
        offset: int | None = 0
        while offset is not None:
            page = await queue.jobs(EVERY_STATE, None, limit, offset)
            assert len(page.jobs) <= limit
            seen += [job.id for job in page.jobs]
            offset = page.next_offset
        assert seen == everything


async def test_beyond_the_last_job_there_is_nothing(queue: Queue) -> None:
    """An offset that is too large is an empty last page."""
    await queue.enqueue(light("a"))

    page = await queue.jobs(EVERY_STATE, None, 100, 5)
    assert (page.jobs, page.next_offset) == ([], None)


async def test_a_lane_that_the_queue_lacks_is_refused(queue: Queue) -> None:
    """Nothing is sent."""
    with pytest.raises(InvalidJob):
        await queue.jobs(EVERY_STATE, "express", 100)


async def test_listing_changes_nothing(
    queue: Queue, claim: Claim, raw: Connection, keys: Keys
) -> None:
    """Neither the list nor one job writes state or events."""
    await one_job_in_each_state(queue, claim)
    before = await read(raw, keys)

    await queue.jobs(EVERY_STATE, "light", 2, 1)
    await queue.job("leased")
    assert await read(raw, keys) == before

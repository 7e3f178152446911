"""Deadlines: who is within one when it passes gets a TimeoutError, and nobody else."""

import asyncio

import pytest

from fiblab.server.deadlines import Deadline, Deadlines

#: Seconds: one that passes at once, and one that never does within a test.
SHORT, LONG = 0.001, 3_600.0


async def for_ever() -> None:
    """Wait for what does not come."""
    await asyncio.Event().wait()


async def for_ever_but(deadline: Deadline, seconds: float) -> None:
    """Move a deadline, then wait for what does not come."""
    deadline.move(seconds)
    await for_ever()


async def test_a_deadline_that_passes_is_a_timeout() -> None:
    """Whatever is awaited within is cancelled."""
    with pytest.raises(TimeoutError), Deadline(Deadlines(SHORT)):
        await for_ever()


async def test_after_it_the_task_goes_on_uncancelled() -> None:
    """The cancellation was the deadline's own, and is over with it."""
    with pytest.raises(TimeoutError), Deadline(Deadlines(SHORT)):
        await for_ever()
    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0


async def test_a_cancellation_of_somebody_else_stays_one() -> None:
    """It is no timeout."""
    begun = asyncio.Event()

    async def within() -> None:
        with Deadline(Deadlines(LONG)):
            begun.set()
            await for_ever()

    task = asyncio.create_task(within())
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_shorter_one_passes_before_those_that_came_earlier() -> None:
    """The timer is set anew for a deadline that is moved to before all others."""
    deadlines = Deadlines(LONG)
    with Deadline(deadlines), pytest.raises(TimeoutError), Deadline(deadlines) as inner:
        await for_ever_but(inner, SHORT)


async def test_one_that_was_moved_on_does_not_pass_when_it_was_due() -> None:
    """The others still do, in their turn."""
    deadlines = Deadlines(SHORT)
    with Deadline(deadlines) as outer:
        outer.move(LONG)
        with pytest.raises(TimeoutError), Deadline(deadlines):
            await for_ever()


async def test_one_that_was_lifted_does_not_pass() -> None:
    """It is nobody's business any more."""
    deadlines = Deadlines(SHORT)
    with Deadline(deadlines) as outer:
        outer.lift()
        with pytest.raises(TimeoutError), Deadline(deadlines):
            await for_ever()


async def test_outside_of_its_block_it_is_never_due() -> None:
    """An answer that is over may still be told to extend its deadline."""
    deadlines = Deadlines(SHORT)
    with Deadline(deadlines) as ended:
        pass
    ended.move(SHORT)
    with pytest.raises(TimeoutError), Deadline(deadlines):
        await for_ever()

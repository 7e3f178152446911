"""The time limit of what runs on the commit connection."""

import asyncio
import time

from fiblab.storage.commit_connection import GRACE_S, TimeLimit

#: Seconds: over at once.
SHORT_S = 0.001


async def test_process_that_stood_still_gets_a_grace_and_no_more() -> None:
    """The limit is not over while the loop reads what came meanwhile, and over afterwards."""
    over = asyncio.Event()
    with TimeLimit(SHORT_S, over.set):
        time.sleep(GRACE_S)  # noqa: ASYNC251 - what holds up the loop is the point
        for _ in range(3):  # the loop notices
            await asyncio.sleep(0)
        assert not over.is_set()
        await over.wait()


async def test_block_that_has_ended_is_never_over() -> None:
    """Nothing is called for what was in time."""
    over, later = asyncio.Event(), asyncio.Event()
    with TimeLimit(SHORT_S, over.set):
        pass
    asyncio.get_running_loop().call_later(2 * SHORT_S, later.set)
    await later.wait()
    assert not over.is_set()

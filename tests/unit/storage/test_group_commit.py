"""Group commit by itself: who travels with whom, and who learns of which failure."""

import asyncio
from collections.abc import Sequence

import pytest

from fiblab.storage.group_commit import GroupCommit


class GatedStore:
    """A store that commits when the test says so, and remembers every batch."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.gate = asyncio.Event()
        self.started = asyncio.Event()

    async def commit(self, entries: Sequence[int]) -> list[int | Exception]:
        """Answer ten times the entry; refuse entries below 0, and break on 666."""
        self.batches.append(list(entries))
        self.started.set()
        await self.gate.wait()
        if 666 in entries:
            raise ConnectionError("broken")
        return [ValueError(str(entry)) if entry < 0 else entry * 10 for entry in entries]


async def test_who_comes_while_a_batch_is_in_flight_travels_in_the_next() -> None:
    """One batch at a time, each as large as the crowd that gathered."""
    store = GatedStore()
    group = GroupCommit(store.commit, limit=100)
    first = asyncio.create_task(group.submit(1))
    await store.started.wait()
    others = [asyncio.create_task(group.submit(n)) for n in (2, 3, 4)]
    await asyncio.sleep(0)

    store.gate.set()

    assert await asyncio.gather(first, *others) == [10, 20, 30, 40]
    assert store.batches == [[1], [2, 3, 4]]


async def test_a_batch_never_exceeds_its_limit() -> None:
    """A crowd larger than the limit is served in order of arrival."""
    store = GatedStore()
    store.gate.set()
    group = GroupCommit(store.commit, limit=2)

    assert await asyncio.gather(*(group.submit(n) for n in range(5))) == [0, 10, 20, 30, 40]

    assert store.batches == [[0, 1], [2, 3], [4]]


async def test_an_error_for_one_entry_reaches_its_caller_only() -> None:
    """The other callers of the batch get their outcomes."""
    store = GatedStore()
    store.gate.set()
    group = GroupCommit(store.commit, limit=100)

    outcomes = await asyncio.gather(*(group.submit(n) for n in (1, -2, 3)), return_exceptions=True)

    assert outcomes[0] == 10
    assert isinstance(outcomes[1], ValueError)
    assert outcomes[2] == 30


async def test_a_broken_batch_fails_for_its_callers_and_the_next_one_works() -> None:
    """Nobody waits for ever, and the group lives on."""
    store = GatedStore()
    store.gate.set()
    group = GroupCommit(store.commit, limit=2)

    outcomes = await asyncio.gather(*(group.submit(n) for n in (1, 666, 3)), return_exceptions=True)

    assert [type(outcome) for outcome in outcomes] == [ConnectionError, ConnectionError, int]


async def test_a_cancelled_caller_does_not_disturb_its_batch() -> None:
    """Its entry is committed with the others', who get their own outcomes."""
    store = GatedStore()
    group = GroupCommit(store.commit, limit=100)
    callers = [asyncio.create_task(group.submit(n)) for n in (1, 2, 3)]
    await store.started.wait()

    callers[1].cancel()
    store.gate.set()

    assert await callers[0] == 10
    assert await callers[2] == 30
    with pytest.raises(asyncio.CancelledError):
        await callers[1]
    assert store.batches == [[1, 2, 3]]


async def test_drained_waits_for_everyone() -> None:
    """After it returns nobody is waiting."""
    store = GatedStore()
    group = GroupCommit(store.commit, limit=1)
    callers = [asyncio.create_task(group.submit(n)) for n in (1, 2)]
    await store.started.wait()

    drained = asyncio.create_task(group.drained())
    store.gate.set()
    await drained

    assert all(caller.done() for caller in callers) or len(store.batches) == 2

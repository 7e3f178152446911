"""The ledger on a real PostgreSQL: every accepted request exactly once, all or nothing."""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest

from fiblab.storage.errors import KeyReused
from fiblab.storage.ledger import Ledger, LedgerEntry, Recorded
from fiblab.storage.requests import Requests


@pytest.fixture
def batches() -> list[int]:
    """Collect the size of every commit."""
    return []


@pytest.fixture
async def ledger(migrated_url: str, batches: list[int]) -> AsyncIterator[Ledger]:
    """Open a ledger on a database of the test's own."""
    ledger = Ledger(
        lambda: asyncpg.connect(migrated_url),
        on_commit=lambda size, _seconds: batches.append(size),
    )
    await ledger.start()
    yield ledger
    await ledger.close()


def entry(request_id: str, index: int = 40, *, done: bool = False) -> LedgerEntry:
    """Build an entry with what the test does not care about filled in."""
    return LedgerEntry(request_id, index, done)


async def test_a_thousand_callers_of_one_index_share_few_commits(
    ledger: Ledger, pool: asyncpg.Pool, batches: list[int]
) -> None:
    """Everyone is counted, and the hot row is written far less often than it is asked for."""
    recorded = await asyncio.gather(*(ledger.record([entry(f"r{n}")]) for n in range(1_000)))

    assert recorded == [[Recorded.NEW]] * 1_000
    assert await Requests(pool).count(40) == 1_000
    assert await rows(pool) == 1_000
    assert sum(batches) == 1_000
    assert len(batches) <= 10


async def test_a_replay_counts_nothing(ledger: Ledger, pool: asyncpg.Pool) -> None:
    """The same id with the same index is recognised later on too."""
    assert await ledger.record([entry("a")]) == [Recorded.NEW]
    assert await ledger.record([entry("a")]) == [Recorded.REPLAYED]

    assert await Requests(pool).count(40) == 1


async def test_the_same_id_twice_at_once_is_new_once(ledger: Ledger, pool: asyncpg.Pool) -> None:
    """Two callers of one batch with one id: one of them is a replay."""
    recorded = await asyncio.gather(*(ledger.record([entry("a")]) for _ in range(3)))

    assert recorded == [[Recorded.NEW], [Recorded.REPLAYED], [Recorded.REPLAYED]]
    assert await Requests(pool).count(40) == 1


async def test_the_same_id_twice_in_one_call_is_new_once(
    ledger: Ledger, pool: asyncpg.Pool
) -> None:
    """A call that repeats itself counts once."""
    recorded = await ledger.record([entry("a"), entry("a"), entry("b")])

    assert recorded == [Recorded.NEW, Recorded.REPLAYED, Recorded.NEW]
    assert await Requests(pool).count(40) == 2


async def test_two_servers_that_record_the_same_ids_at_once_count_them_once(
    ledger: Ledger, migrated_url: str, pool: asyncpg.Pool
) -> None:
    """Neither deadlocks nor double counts, in whatever order each was asked."""
    other = Ledger(lambda: asyncpg.connect(migrated_url))
    await other.start()
    entries = [entry(f"r{n}", n % 7) for n in range(200)]

    recorded = await asyncio.gather(
        *(ledger.record([one]) for one in entries),
        *(other.record([one]) for one in reversed(entries)),
        ledger.record(entries),
        other.record(entries[::-1]),
    )
    await other.close()

    outcomes = [outcome for call in recorded for outcome in call]
    assert outcomes.count(Recorded.NEW) == 200
    assert outcomes.count(Recorded.REPLAYED) == 600
    assert sum([await Requests(pool).count(index) for index in range(7)]) == 200


async def test_a_reused_key_is_refused_to_its_caller_only(
    ledger: Ledger, pool: asyncpg.Pool, batches: list[int]
) -> None:
    """Whoever travels in the same batch is recorded."""
    await ledger.record([entry("a", 40)])

    refused, accepted = await asyncio.gather(
        ledger.record([entry("a", 41)]), ledger.record([entry("b", 41)]), return_exceptions=True
    )

    assert isinstance(refused, KeyReused)
    assert (refused.index, refused.recorded_index) == (41, 40)
    assert accepted == [Recorded.NEW]
    assert batches == [1, 2]
    assert await Requests(pool).count(41) == 1


async def test_two_indices_for_one_key_at_once_keep_the_first(
    ledger: Ledger, pool: asyncpg.Pool
) -> None:
    """Within one batch too a key stands for one index."""
    first, second = await asyncio.gather(
        ledger.record([entry("a", 40)]), ledger.record([entry("a", 41)]), return_exceptions=True
    )

    assert first == [Recorded.NEW]
    assert isinstance(second, KeyReused)
    assert await Requests(pool).count(41) == 0


async def test_a_call_with_a_reused_key_leaves_nothing_of_itself(
    ledger: Ledger, pool: asyncpg.Pool
) -> None:
    """All entries of a call are recorded, or none; its neighbours are untouched."""
    await ledger.record([entry("a", 1)])

    refused, accepted = await asyncio.gather(
        ledger.record([entry("b", 2), entry("a", 3), entry("c", 4)]),
        ledger.record([entry("d", 5), entry("e", 6)]),
        return_exceptions=True,
    )

    assert isinstance(refused, KeyReused)
    assert accepted == [Recorded.NEW, Recorded.NEW]
    assert await Requests(pool).most_requested(10) == [(1, 1), (5, 1), (6, 1)]
    assert await ledger.find("b") is None


async def test_a_call_that_contradicts_itself_is_refused(
    ledger: Ledger, pool: asyncpg.Pool
) -> None:
    """One id for two indices in one call records neither."""
    with pytest.raises(KeyReused):
        await ledger.record([entry("a", 1), entry("a", 2)])

    assert await rows(pool) == 0


async def test_a_cancelled_caller_does_not_break_its_batch(
    ledger: Ledger, pool: asyncpg.Pool
) -> None:
    """Its neighbours are recorded, and its own repetition is counted once."""
    callers = [asyncio.create_task(ledger.record([entry(f"r{n}")])) for n in range(10)]
    await asyncio.sleep(0)
    callers[4].cancel()
    callers[7].cancel()

    outcomes = await asyncio.gather(*callers, return_exceptions=True)
    await asyncio.gather(*(ledger.record([entry(f"r{n}")]) for n in range(10)))

    assert sum(outcome == [Recorded.NEW] for outcome in outcomes) == 8
    assert await Requests(pool).count(40) == 10


async def test_a_done_entry_is_closed_at_once_and_another_stays_open(
    ledger: Ledger, pool: asyncpg.Pool
) -> None:
    """Only what is owed is open."""
    await ledger.record([entry("a", 1, done=True), entry("b", 2)])

    found = await pool.fetch("select request_id, state, closed_at from request_ledger order by 1")

    assert [(row["request_id"], row["state"]) for row in found] == [("a", "done"), ("b", "open")]
    assert [row["closed_at"] is None for row in found] == [False, True]


async def test_find_tells_what_an_id_stands_for(ledger: Ledger) -> None:
    """A known id has its index, an unknown one has none."""
    await ledger.record([entry("a", 7)])

    known, unknown = await asyncio.gather(ledger.find("a"), ledger.find("b"))

    assert known == 7
    assert unknown is None


async def test_recording_nothing_commits_nothing(ledger: Ledger, batches: list[int]) -> None:
    """An empty call is answered without PostgreSQL."""
    assert await ledger.record([]) == []
    assert batches == []


async def rows(pool: asyncpg.Pool) -> int:
    """Count the ledger's rows."""
    return int(await pool.fetchval("select count(*) from request_ledger"))

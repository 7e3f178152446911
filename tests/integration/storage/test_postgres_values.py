"""Heavy values in a real PostgreSQL: only those, and only right ones come back."""

import asyncpg
import pytest

from fiblab.fibonacci import fibonacci_text
from fiblab.storage import PostgresValues, Tier
from fiblab.storage.encoding import compress

from .value_tiers import LIGHT_MAX_INDEX, Corruption

HEAVY = LIGHT_MAX_INDEX + 1

FIND_ROW = "select digit_count, digits from fibonacci_value where index = $1"
INSERT_ROW = "insert into fibonacci_value (index, digit_count, digits) values ($1, 1, $2)"


async def test_a_heavy_value_comes_back_as_it_was_stored(
    postgres_values: PostgresValues, pool: asyncpg.Pool
) -> None:
    """In half the space, with its length beside it."""
    text = fibonacci_text(HEAVY)

    await postgres_values.put(HEAVY, text)

    assert await postgres_values.get(HEAVY) == text
    row = await pool.fetchrow(FIND_ROW, HEAVY)
    assert row is not None
    assert row["digit_count"] == len(text)
    assert len(row["digits"]) < len(text) / 2


async def test_a_light_value_is_neither_stored_nor_looked_for(
    postgres_values: PostgresValues, pool: asyncpg.Pool
) -> None:
    """It is computed faster than it is fetched."""
    await postgres_values.put(LIGHT_MAX_INDEX, fibonacci_text(LIGHT_MAX_INDEX))
    assert await pool.fetchval("select count(*) from fibonacci_value") == 0

    await pool.close()
    assert await postgres_values.get(LIGHT_MAX_INDEX) is None
    assert await postgres_values.exists([40, LIGHT_MAX_INDEX]) == set()


async def test_what_is_there_is_told_without_reading_it(postgres_values: PostgresValues) -> None:
    """Of many indices those that are stored."""
    await postgres_values.put(HEAVY, fibonacci_text(HEAVY))

    assert await postgres_values.exists([40, HEAVY, HEAVY + 1]) == {HEAVY}
    assert await postgres_values.get(HEAVY + 1) is None


async def test_a_value_once_stored_is_not_replaced(postgres_values: PostgresValues) -> None:
    """Two workers that computed the same number do not write it twice."""
    await postgres_values.put(HEAVY, fibonacci_text(HEAVY))
    await postgres_values.put(HEAVY, "another text")

    assert await postgres_values.get(HEAVY) == fibonacci_text(HEAVY)


@pytest.mark.parametrize(
    "content",
    [b"", b"1", compress(fibonacci_text(HEAVY + 1)), compress(fibonacci_text(HEAVY))[:-9]],
    ids=["empty", "too short", "another value", "damaged frame"],
)
async def test_a_corrupt_row_is_dropped_reported_and_absent(
    postgres_values: PostgresValues,
    pool: asyncpg.Pool,
    corruptions: list[Corruption],
    content: bytes,
) -> None:
    """After which the right value can be stored."""
    await pool.execute(INSERT_ROW, HEAVY, content)

    assert await postgres_values.get(HEAVY) is None

    assert [(index, tier) for index, tier, _ in corruptions] == [(HEAVY, Tier.POSTGRES)]
    assert await postgres_values.exists([HEAVY]) == set()
    await postgres_values.put(HEAVY, fibonacci_text(HEAVY))
    assert await postgres_values.get(HEAVY) == fibonacci_text(HEAVY)

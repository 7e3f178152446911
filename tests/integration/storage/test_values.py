"""All tiers together on real stores: read in order, filled upwards, one of them away."""

from collections.abc import AsyncIterator, Callable

import asyncpg
import pytest
import redis

from fiblab.fibonacci import fibonacci_text
from fiblab.redis import Connection, Unavailable
from fiblab.storage import (
    PostgresValues,
    RedisValues,
    RememberedValues,
    ValueKeys,
    Values,
    migrate,
)

from .value_tiers import LIGHT_MAX_INDEX

LIGHT, HEAVY = 5_000, LIGHT_MAX_INDEX + 1


async def test_a_stored_value_is_in_every_tier_that_takes_it(values: Values) -> None:
    """A light one in the process and Redis, a heavy one in PostgreSQL as well."""
    await values.store(LIGHT, fibonacci_text(LIGHT))
    await values.store(HEAVY, fibonacci_text(HEAVY))

    for index in (LIGHT, HEAVY):
        assert values.remembered.get(index) == fibonacci_text(index)
        assert await values.redis.get(index) == fibonacci_text(index)
    assert await values.postgres.exists([LIGHT, HEAVY]) == {HEAVY}


async def test_what_the_process_remembers_is_asked_of_nobody_else(
    values: Values, connection: Connection
) -> None:
    """It is answered with Redis gone."""
    values.remembered.put(LIGHT, fibonacci_text(LIGHT))

    await connection.close()

    assert await values.get(LIGHT) == fibonacci_text(LIGHT)
    assert await values.exists(LIGHT)
    assert await values.get_many([LIGHT]) == {LIGHT: fibonacci_text(LIGHT)}


async def test_a_value_out_of_redis_is_remembered(values: Values) -> None:
    """The dense ones too; the next read stays in the process."""
    await values.redis.extend_dense(-1, ["0", "1", "1"])
    await values.redis.put({LIGHT: fibonacci_text(LIGHT)})

    assert await values.get(LIGHT) == fibonacci_text(LIGHT)
    assert await values.get_many([2, 3]) == {2: "1", 3: None}

    assert values.remembered.get(LIGHT) == fibonacci_text(LIGHT)
    assert values.remembered.get(2) == "1"


async def test_a_value_out_of_postgres_fills_the_tiers_above(values: Values) -> None:
    """After a wiped Redis everything comes back by being asked for."""
    await values.postgres.put(HEAVY, fibonacci_text(HEAVY))

    assert await values.exists(HEAVY)
    assert await values.get(HEAVY) == fibonacci_text(HEAVY)

    assert await values.redis.get(HEAVY) == fibonacci_text(HEAVY)
    assert values.remembered.get(HEAVY) == fibonacci_text(HEAVY)


async def test_a_value_that_no_tier_has_is_absent(values: Values) -> None:
    """Light, heavy or dense."""
    for index in (2, LIGHT, HEAVY):
        assert await values.get(index) is None
        assert not await values.exists(index)


async def test_a_corrupt_value_in_redis_is_replaced_out_of_postgres(
    values: Values, keys: ValueKeys, eye: redis.Redis
) -> None:
    """The tier below is asked as if Redis had held nothing."""
    await values.postgres.put(HEAVY, fibonacci_text(HEAVY))
    eye.set(keys.large(HEAVY), "wrong")

    assert await values.get(HEAVY) == fibonacci_text(HEAVY)

    assert await values.redis.get(HEAVY) == fibonacci_text(HEAVY)


async def test_without_redis_the_caller_is_told(values: Values, connection: Connection) -> None:
    """It must decide itself whether to wait: every method raises what the client raised."""
    await connection.close()

    with pytest.raises(Unavailable):
        await values.get(LIGHT)
    with pytest.raises(Unavailable):
        await values.get_many([1, 2])
    with pytest.raises(Unavailable):
        await values.exists(LIGHT)
    with pytest.raises(Unavailable):
        await values.store(LIGHT, fibonacci_text(LIGHT))


@pytest.fixture
async def doomed(
    killable: tuple[str, Callable[[], None], Callable[[], None]],
    redis_values: RedisValues,
    missing_tier: list[Exception],
) -> AsyncIterator[tuple[Values, Callable[[], None], Callable[[], None]]]:
    """Put the tiers together on a PostgreSQL that may be killed and started again."""
    url, kill, start = killable
    migrate.apply(url)
    pool = await asyncpg.create_pool(url, min_size=1, max_size=2)
    in_postgres = PostgresValues(
        pool, above_index=LIGHT_MAX_INDEX, on_corrupt=lambda *_: None, timeout_s=1
    )
    remembered = RememberedValues(0)
    yield (
        Values(remembered, redis_values, in_postgres, on_unavailable=missing_tier.append),
        kill,
        start,
    )
    pool.terminate()


async def test_without_postgres_values_are_served_from_the_tiers_above(
    doomed: tuple[Values, Callable[[], None], Callable[[], None]], missing_tier: list[Exception]
) -> None:
    """Storing, looking and reading go on; each failure is told; once it is back, it is used."""
    values, kill, start = doomed
    kill()

    await values.store(HEAVY, fibonacci_text(HEAVY))
    assert await values.get(HEAVY) == fibonacci_text(HEAVY)
    assert len(missing_tier) == 1
    assert not await values.exists(HEAVY + 1)
    assert await values.get(HEAVY + 1) is None
    assert len(missing_tier) == 3

    start()
    await values.store(HEAVY, fibonacci_text(HEAVY))
    assert await values.postgres.get(HEAVY) == fibonacci_text(HEAVY)
    assert len(missing_tier) == 3

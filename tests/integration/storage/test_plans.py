"""How PostgreSQL goes about each statement: none reads a whole table, so none slows as it grows."""

from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from fiblab.storage import ledger, open_requests, postgres_values, requests

#: Enough that reading all of it is the dearer way, and that the planner says so; half are too old.
ROWS = 50_000

FILL = """
    insert into request_ledger (request_id, index, state, accepted_at, closed_at)
    select 'request:' || n, n, case when n % 100 = 0 then 'open' else 'done' end, asked,
           case when n % 100 > 0 then asked end
    from generate_series(1, $1::bigint) as n,
         lateral (select now() - interval '23 hours' * 2 * (1 - n / $1::float)) as at (asked)"""
FILL_COUNTS = """
    insert into request_count select n, n from generate_series(1, $1::bigint) as n"""
FILL_VALUES = """
    insert into fibonacci_value (index, digit_count, digits)
    select n, 1, 'x' from generate_series(1, $1::bigint) as n"""

INDICES = [7, 8, 9]
AGE, WINDOW = timedelta(seconds=15), timedelta(hours=24)

#: Each statement of the product's that looks for rows, with arguments as it is given.
STATEMENTS: dict[str, tuple[str, list[Any]]] = {
    "the index of a request id": (ledger.FIND_INDICES, [["a", "b"]]),
    "the most requested": (requests.MOST_REQUESTED, [10]),
    "the count of an index": (requests.COUNT, [7]),
    "which were asked for": (requests.ASKED_AMONG, [INDICES]),
    "a page of open rows": (open_requests.OPEN_INDICES, [-1, AGE, 500]),
    "closing as done": (open_requests.CLOSE_DONE, [INDICES, open_requests.STEP]),
    "closing as failed": (
        open_requests.CLOSE_FAILED,
        [7, "category", "detail", 3, open_requests.STEP],
    ),
    "forgetting what is closed": (open_requests.FORGET_CLOSED, [WINDOW, open_requests.STEP]),
    "a value": (postgres_values.FIND, [7]),
    "which values are stored": (postgres_values.FIND_STORED, [INDICES]),
}


@pytest.fixture
async def full(pool: asyncpg.Pool) -> asyncpg.Pool:
    """Fill every table, and let the planner know."""
    for fill in (FILL, FILL_COUNTS, FILL_VALUES):
        await pool.execute(fill, ROWS)
    await pool.execute("analyze")
    return pool


async def test_no_statement_reads_a_whole_table(full: asyncpg.Pool) -> None:
    """Each one goes by an index."""
    for what, (statement, arguments) in STATEMENTS.items():
        plan = [row[0] for row in await full.fetch(f"explain {statement}", *arguments)]
        assert not [line for line in plan if "Seq Scan" in line], what

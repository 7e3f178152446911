"""A ledger of so many rows, the server in front of it, and what calls cost there."""

import asyncio
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from itertools import count, islice

import asyncpg

from benchmarks.growth.cost import Call, median_us
from benchmarks.growth.services import Client, server
from benchmarks.measuring.cores import LOAD_CORE, SERVICE_CORE, on_core
from benchmarks.measuring.stores import Stores
from fiblab.storage import OpenRequests

#: Rows that are open, and old enough for the sweeper: as many in every ledger.
OPEN = 50
#: Rows of each index on average.
ROWS_PER_INDEX = 10
#: Indices above all that the ledger is filled with, for new requests; and above those, unasked.
NEW_INDEX, UNASKED_INDEX = 20_000_000, 90_000_000
#: Calls in a block.
BLOCK = 10
#: As the sweeper has them.
SWEEP_AFTER_S, PAGE, WINDOW = 15.0, 500, timedelta(hours=24)
#: Seconds that filling may take.
FILL_LIMIT_S = 1_800.0

#: A day's rows, their ids as a server makes them: nine of ten begin with the time (UUIDv7), the
#: tenth is a client's random key.
FILL = """
    insert into request_ledger (request_id, index, state, accepted_at, closed_at)
    select case when n % 10 = 0 then 'key:' || gen_random_uuid()
                else 'request:' || lpad(to_hex(n), 12, '0') || left(md5(n::text), 24) end,
           n / $3, case when n > $1 - $2 then 'open' else 'done' end,
           asked, case when n <= $1 - $2 then asked end
    from generate_series(1, $1::bigint) as n,
         lateral (select now() - interval '1 minute' - interval '23 hours' * (1 - n / $1::float))
           as at (asked)"""

FILL_COUNTS = """
    insert into request_count select index, count(*) from request_ledger group by index"""

#: What autovacuum would do by itself, in the middle of a turn.
TIDY = "vacuum analyze request_ledger, request_count"

#: The calls that are measured: HTTP requests, and the sweeper's statements.
REQUESTS = ("POST", "POST, same key again", "GET, asked by nobody", "GET, most requested")
STATEMENTS = ("open rows", "close one", "forget none")


class LedgerSystem:
    """Holds `size` rows; every turn adds a few thousandths of the largest ledger's."""

    def __init__(self, size: int, stores: Stores, port: int, runner: asyncio.Runner) -> None:
        self._port = port
        self._runner = runner
        self._new = count(NEW_INDEX)
        self._unasked = count(UNASKED_INDEX)
        self._pool = runner.run(_pool(stores.postgres_url))
        self._open_requests = OpenRequests(self._pool)
        started = time.perf_counter()
        runner.run(self._fill(size))
        self.fill_seconds = time.perf_counter() - started

    def close(self) -> None:
        """Close the connection to PostgreSQL."""
        self._runner.run(self._pool.close())

    async def _fill(self, size: int) -> None:
        await self._pool.execute(FILL, size, OPEN, ROWS_PER_INDEX, timeout=FILL_LIMIT_S)
        await self._pool.execute(FILL_COUNTS, timeout=FILL_LIMIT_S)
        await self._pool.execute(TIDY, timeout=FILL_LIMIT_S)

    def block(self) -> Mapping[str, float]:
        """Measure a block of all calls, second to one that is not; figures are their names."""
        with on_core(LOAD_CORE), Client(self._port) as client:
            blocks = [self._runner.run(self._calls(client)) for _ in ("cold", "warm")]
        return blocks[-1]

    async def _calls(self, client: Client) -> dict[str, float]:
        asked, unasked = (list(islice(source, BLOCK)) for source in (self._new, self._unasked))
        key = f"idempotency-key: benchmark-{asked[0]}"
        blocks: tuple[list[Call], ...] = (
            [partial(_request, client, "POST", index, 202) for index in asked],
            [partial(_request, client, "POST", asked[0], 202, key)] * BLOCK,
            [partial(_request, client, "GET", index, 404) for index in unasked],
            [partial(_request, client, "GET", "most-requested", 200)] * BLOCK,
            [partial(self._open_requests.open_indices, SWEEP_AFTER_S, PAGE)] * BLOCK,
            [partial(self._open_requests.close_done, [index]) for index in asked],
            [partial(self._open_requests.forget_closed, WINDOW)] * BLOCK,
        )
        named = zip((*REQUESTS, *STATEMENTS), blocks, strict=True)
        return {name: await median_us(calls) for name, calls in named}


@contextmanager
def ledger_system(size: int, stores: Stores, runner: asyncio.Runner) -> Iterator[LedgerSystem]:
    """Fill a ledger and start a server on it; the server and the connections end after."""
    with server(stores, core=SERVICE_CORE) as port:
        system = LedgerSystem(size, stores, port, runner)
        try:
            yield system
        finally:
            system.close()


async def _pool(url: str) -> asyncpg.Pool:
    return await asyncpg.create_pool(url, min_size=1, max_size=1)


async def _request(
    client: Client, method: str, what: int | str, expected: int, *fields: str
) -> None:
    client.call(method, f"/api/v1/fibonacci/{what}", expected, *fields)

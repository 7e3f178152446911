"""Requests recorded per second: the ledger's group commit against a pool, one commit per request.

    python benchmarks/group_commit.py [--rounds 7] [--seconds 1] [--json FILE]

Method. Starts a PostgreSQL of its own that flushes every commit to disk. Both sides give it the
same statement, which inserts the request's row and adds to its count; the pool with one entry at a
time over asyncpg's default of 10 connections, the ledger over its single one. Concurrent callers
record one request after another each, on uvloop, in turn, A B A B, so that a noisy machine is noisy
for both; the tables are emptied before each turn, and every row is counted after it. A row shows
the median and range of all turns; the ratio is ours / pool of the medians.

Caveats. Python and PostgreSQL share the machine's cores. The ratio depends on what a flush costs
the disk: the dearer it is, the more is shared. "one index" is the worst case of a pool, because all
its commits queue for the lock on one count.
"""

import argparse
import asyncio
import json
import platform
import random
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from importlib.metadata import version
from itertools import count
from pathlib import Path
from statistics import median
from typing import NamedTuple

import asyncpg
import uvloop

from fiblab.embedded import EmbeddedStack
from fiblab.storage import Ledger, LedgerEntry
from fiblab.storage.ledger import INSERT_NEW_AND_COUNT
from fiblab.storage.migrate import apply

Record = Callable[[LedgerEntry], Awaitable[object]]

#: Callers at once: the two loads of the HTTP benchmark.
CONCURRENCIES = (32, 128)

#: What is asked for: 10,000 different indices, or always the same.
LOADS = {"10,000 indices": 10_000, "one index": 1}

#: asyncpg's default size of a pool.
POOL_SIZE = 10

#: Given for a Redis, so that none is started.
NO_REDIS = "redis://127.0.0.1:0"

EMPTY = "truncate request_ledger, request_count"
COUNTED = "select (select count(*) from request_ledger), (select sum(count) from request_count)"

_request_ids = (f"r{number}" for number in count())


@asynccontextmanager
async def sides(url: str) -> AsyncIterator[dict[str, Record]]:
    """Connect both, and give what records one request with each."""
    ledger = Ledger(lambda: asyncpg.connect(url))
    await ledger.start()
    async with asyncpg.create_pool(url, min_size=POOL_SIZE, max_size=POOL_SIZE) as pool:

        async def commit_alone(entry: LedgerEntry) -> None:
            await pool.fetch(INSERT_NEW_AND_COUNT, [entry.request_id], [entry.index], [entry.done])

        yield {"group commit": lambda entry: ledger.record([entry]), "pool": commit_alone}
    await ledger.close()


class Turn(NamedTuple):
    """How many callers ask for how many different indices, and for how long."""

    callers: int
    indices: int
    seconds: float


async def requests_per_second(record: Record, turn: Turn, recorded: list[int]) -> float:
    """Let the callers record requests, one after another each, and list what was recorded."""
    started = time.perf_counter()

    async def caller() -> None:
        while time.perf_counter() < started + turn.seconds:
            index = random.randrange(turn.indices)  # noqa: S311 - a load, no secret
            await record(LedgerEntry(next(_request_ids), index, done=False))
            recorded.append(index)

    await asyncio.gather(*(caller() for _ in range(turn.callers)))
    return len(recorded) / (time.perf_counter() - started)


async def take_turn(url: str, record: Record, turn: Turn) -> float:
    """Measure on empty tables, and make sure that nothing was lost or doubled."""
    eye = await asyncpg.connect(url)
    await eye.execute(EMPTY)
    recorded: list[int] = []
    rate = await requests_per_second(record, turn, recorded)
    row = await eye.fetchrow(COUNTED)
    await eye.close()
    if row is None or tuple(row) != (len(recorded), len(recorded)):
        raise RuntimeError(f"{len(recorded)} requests were recorded as {row}")
    return rate


async def compare(url: str, options: argparse.Namespace) -> list[dict[str, object]]:
    """Measure both sides in turn under each load, print the table, and return the figures."""
    print(f"{'load':<16}{'callers':>8}  {'':<14}{'requests/s':>10}   range of {options.rounds}")
    results = []
    async with sides(url) as both:
        for (load, indices), callers in ((i, c) for i in LOADS.items() for c in CONCURRENCIES):
            rates: dict[str, list[float]] = {name: [] for name in both}
            turn = Turn(callers, indices, options.seconds)
            for _ in range(options.rounds):
                for name, record in both.items():
                    rates[name].append(await take_turn(url, record, turn))
            ratio = show(load, callers, rates)
            results.append({"load": load, "callers": callers, "rates": rates, "ratio": ratio})
    return results


def show(load: str, callers: int, rates: dict[str, list[float]]) -> float:
    """Print each side's median and range, and return the ratio of the medians."""
    for name, taken in rates.items():
        spread = f"{min(taken):,.0f} - {max(taken):,.0f}"
        print(f"{load:<16}{callers:>8}  {name:<14}{median(taken):>10,.0f}   {spread}")
    ours, theirs = (median(taken) for taken in rates.values())
    print(f"{'':<26}{'ratio':<14}{ours / theirs:>9.1f}x")
    return ours / theirs


async def machine(url: str) -> dict[str, str]:
    """Return what the figures depend on."""
    eye = await asyncpg.connect(url)
    postgres = str(await eye.fetchval("show server_version"))
    fsync = str(await eye.fetchval("show fsync"))
    await eye.close()
    return {
        "python": platform.python_version(),
        "platform": platform.platform(),
        "asyncpg": version("asyncpg"),
        "uvloop": version("uvloop"),
        "postgresql": postgres,
        "fsync": fsync,
    }


async def run(url: str, options: argparse.Namespace) -> None:
    """Measure, and report."""
    facts = await machine(url)
    print(*(f"{name} {value}" for name, value in facts.items()), sep=", ")
    results = await compare(url, options)
    if options.json:
        options.json.write_text(json.dumps({"machine": facts, "results": results}, indent=2) + "\n")


def main() -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=7, help="turns of each side")
    parser.add_argument("--seconds", type=float, default=1.0, help="length of one turn")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there as well")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o711)  # started by root, PostgreSQL runs as another user
        data_dir = Path(folder) / "data"
        with EmbeddedStack(data_dir=data_dir, redis_url=NO_REDIS) as stack:
            apply(stack.postgres_url)
            uvloop.run(run(stack.postgres_url, options))


if __name__ == "__main__":
    main()

"""What a call costs: on the client by the clock, in Redis by its own count."""

import time
from collections.abc import Awaitable, Callable, Sequence
from statistics import median
from typing import NamedTuple, cast

from fiblab.redis import Connection

#: One call of the kind that is measured.
Call = Callable[[], Awaitable[object]]

#: How INFO names what scripts cost; the commands within them are counted once more on their own.
SCRIPT_STATISTICS = "cmdstat_evalsha"

#: Microseconds in a second.
MICROSECONDS = 1_000_000


class Cost(NamedTuple):
    """Microseconds a call."""

    client_us: float
    """From the call to its answer."""
    redis_us: float
    """Within Redis; 0 where Redis was not asked."""


async def cost_of(calls: Sequence[Call], redis: Connection) -> Cost:
    """Make some calls, one after the other: a block, whose median one on the client counts."""
    before = await _microseconds_of_scripts(redis)
    client_us = await median_us(calls)
    after = await _microseconds_of_scripts(redis)
    return Cost(client_us, (after - before) / len(calls))


async def median_us(calls: Sequence[Call]) -> float:
    """Make some calls, one after the other; return the microseconds of the median one."""
    return median([await _seconds_of(call) for call in calls]) * MICROSECONDS


async def _seconds_of(call: Call) -> float:
    started = time.perf_counter()
    await call()
    return time.perf_counter() - started


async def _microseconds_of_scripts(redis: Connection) -> int:
    reply = cast("bytes", await redis.execute("INFO", "commandstats"))
    for line in reply.decode().splitlines():
        name, _, statistics = line.partition(":")
        if name == SCRIPT_STATISTICS:
            fields = dict(field.split("=") for field in statistics.split(","))
            return int(fields["usec"])
    return 0

"""When an arm is over: nothing is owed any more, or what is owed can never come."""

import asyncio
import time

import psycopg

from fiblab.lab.checker import redis_contents
from fiblab.lab.checker.structure import Structure
from fiblab.lab.stage.log import TooLate
from fiblab.lab.system.system import System

#: Seconds after the play in which an arm must be over.
SETTLE_LIMIT_S = 40.0
#: Seconds between two looks.
LOOK_S = 0.15
#: Leases for which a job must have been nowhere until it counts as lost: a worker may have it yet.
LOST_AFTER_LEASES = 1.5

_OPEN = "select distinct index from request_ledger where state = 'open'"


async def settled(system: System, *, lease_s: float, sweeps: bool) -> str:
    """Wait until nothing is owed, or what is owed is lost for good; tell which.

    Lost is what is owed while its job stands in no lane, in no lease and in no delay, for longer
    than any worker may hold it; without a sweeper also what has no job any more. Raises TooLate
    where neither comes true.
    """
    deadline = time.monotonic() + SETTLE_LIMIT_S
    stuck_since: float | None = None
    while time.monotonic() < deadline:
        owed, structure = await asyncio.to_thread(_look, system)
        if not owed and not structure.jobs:
            return "nothing is owed any more"
        if not _is_stuck(owed, structure, sweeps=sweeps):
            stuck_since = None
        elif stuck_since is None:
            stuck_since = time.monotonic()
        elif time.monotonic() - stuck_since > LOST_AFTER_LEASES * lease_s:
            return f"{len(owed | set(structure.jobs))} job(s) lost: they stand nowhere"
        await asyncio.sleep(LOOK_S)
    raise TooLate(f"within {SETTLE_LIMIT_S:g} s the system did not settle")


def _look(system: System) -> tuple[set[str], Structure]:
    with psycopg.connect(system.stack.postgres_url) as connection:
        rows = connection.execute(_OPEN).fetchall()
    structure = redis_contents.read(system.stack.redis_url).structure
    return {str(index) for (index,) in rows}, structure


def _is_stuck(owed: set[str], structure: Structure, *, sweeps: bool) -> bool:
    moving = {*structure.ready, *structure.leased, *structure.delayed}
    if moving:
        return False
    return not sweeps or owed <= set(structure.jobs)

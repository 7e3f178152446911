"""What calls cost against 100 to 10,000,000 rows of the ledger, most of them closed.

Each size has a PostgreSQL, a Redis and a server of its own; all stand at once and take turns.
"""

import asyncio
import sys
from contextlib import ExitStack
from functools import partial

import uvloop

from benchmarks.growth.blocks import take_turns_by_block
from benchmarks.growth.ledger_system import REQUESTS, STATEMENTS, LedgerSystem, ledger_system
from benchmarks.growth.sizes import curve, powers_of_ten, side_of
from benchmarks.measuring.options import Options
from benchmarks.measuring.report import Curve
from benchmarks.measuring.stores import stores

OVER = "ledger rows"
#: Blocks of calls in a round, and in a quick run.
BLOCKS, QUICK_BLOCKS = 15, 2


def measure(options: Options, rounds: int) -> list[Curve]:
    """Let the sizes take turns, and return the curves."""
    sizes = powers_of_ten(2, 7, quick=options.quick)
    blocks = QUICK_BLOCKS if options.quick else BLOCKS
    with ExitStack() as stack:
        runner = stack.enter_context(asyncio.Runner(loop_factory=uvloop.new_event_loop))
        systems: dict[int, LedgerSystem] = {}
        for size in sizes:
            print(f"filling {size:,} rows", file=sys.stderr, flush=True)
            own = stack.enter_context(stores())
            systems[size] = stack.enter_context(ledger_system(size, own, runner))
        turns = {side_of(size, OVER): system.block for size, system in systems.items()}
        figures = take_turns_by_block(turns, rounds, blocks)
    filling = {size: [system.fill_seconds] for size, system in systems.items()}
    costs = partial(curve, unit="us/call", over=OVER, sizes=sizes, figures=figures)
    return [
        costs("HTTP beside the ledger", sides={name: name for name in REQUESTS}),
        costs("sweeper beside the ledger", sides={name: name for name in STATEMENTS}),
        Curve("filling the ledger", "s", OVER, "less", {"insert, count, vacuum": filling}),
    ]

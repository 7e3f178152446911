"""What calls cost, and what a job takes in memory, while 10 to 1,000,000 jobs wait.

Each size has a Redis and a server of its own; all stand at once and take turns, so that a noisy
moment is noisy for all sizes.
"""

import asyncio
from contextlib import ExitStack

import uvloop

from benchmarks.growth.blocks import take_turns_by_block
from benchmarks.growth.sizes import Figures, curve, powers_of_ten, side_of
from benchmarks.growth.waiting_system import REQUESTS, VERBS, WaitingSystem, waiting_system
from benchmarks.measuring.options import Options
from benchmarks.measuring.report import Curve
from benchmarks.measuring.stores import Stores, redis, stores

OVER = "waiting jobs"
#: The curve that the bar of flatness is about.
IN_REDIS = "queue, in Redis"
#: Blocks of calls in a round, and in a quick run.
BLOCKS, QUICK_BLOCKS = 25, 2
#: Fewer jobs weigh less than what Redis takes for itself.
LEAST_WEIGHED = 1_000


def measure(options: Options, rounds: int) -> list[Curve]:
    """Let the sizes take turns, and return the curves."""
    sizes = powers_of_ten(1, 6, quick=options.quick)
    blocks = QUICK_BLOCKS if options.quick else BLOCKS
    with ExitStack() as stack:
        runner = stack.enter_context(asyncio.Runner(loop_factory=uvloop.new_event_loop))
        ledger = stack.enter_context(stores())
        systems: dict[int, WaitingSystem] = {}
        for size in sizes:
            own = Stores(stack.enter_context(redis()), ledger.postgres_url)
            systems[size] = stack.enter_context(waiting_system(size, own, runner))
        turns = {side_of(size, OVER): system.block for size, system in systems.items()}
        figures = take_turns_by_block(turns, rounds, blocks)
    memory = {
        size: [system.bytes_per_job] for size, system in systems.items() if size >= LEAST_WEIGHED
    }
    return [*_costs(sizes, figures), _memory(memory)]


def _costs(sizes: list[int], figures: Figures) -> list[Curve]:
    return [
        curve(
            f"{kind}, {where}",
            "us/call",
            over=OVER,
            sizes=sizes,
            figures=figures,
            sides={call: f"{call}, {name}" for call in calls},
        )
        for kind, calls in (("queue", VERBS), ("HTTP", REQUESTS))
        for where, name in (("on the client", "client"), ("in Redis", "Redis"))
    ]


def _memory(bytes_per_job: dict[int, list[float]]) -> Curve:
    return Curve("memory of a waiting job", "bytes/job", OVER, "less", {"Redis": bytes_per_job})

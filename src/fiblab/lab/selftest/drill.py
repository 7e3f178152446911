"""A drill: a short story in which one pattern matters, told on the system's real parts."""

import tempfile
from collections.abc import Awaitable, Callable
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path

from fiblab.lab.checker import Verdict, check
from fiblab.lab.selftest.bench import Bench, Stores
from fiblab.lab.selftest.opening import evidence_of, open_bench
from fiblab.lab.variants import Ablation


@dataclass(frozen=True, slots=True)
class Drill:
    """One story; `numbers` are the settings that it needs."""

    story: Callable[[Bench], Awaitable[None]]
    numbers: dict[str, int] = field(default_factory=dict)
    ends_leases: bool = True
    """False where leases last as long as the policy says: none may end sooner then."""


async def run_drill(drill: Drill, stores: Stores, ablation: Ablation | None = None) -> Verdict:
    """Tell the story, with the pattern or without it, and have the checker judge what was seen.

    Empties both stores. Raises what the parts raise where they break rather than misbehave.
    """
    with tempfile.TemporaryDirectory(prefix="fiblab-drill-") as name:
        bench = await _play(drill, stores, Path(name), ablation)
        return check(evidence_of(bench))


async def _play(drill: Drill, stores: Stores, folder: Path, ablation: Ablation | None) -> Bench:
    with ablation.applied() if ablation else nullcontext():
        async with open_bench(
            stores, folder, ends_leases=drill.ends_leases, numbers=drill.numbers
        ) as bench:
            await drill.story(bench)
            await bench.settle()
            return bench

"""Has a ratio got worse than it was? What CI asks after each change, in two minutes.

Each of ours takes turns with an anchor: something that does the least which the same work needs, on
the same processor in the same seconds, and that no change of ours can make faster or slower. The
ratios' medians are held against those in `ratios.json`, which were measured while the machine had
other work as well: an idle one has since given up to twice as much for the queue. Keep them anew on
an idle machine, or after a change that is meant: `./fiblab bench check --keep`.
"""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from statistics import median

from benchmarks.check.sides import sides
from benchmarks.measuring.turns import take_turns

KEPT = Path(__file__).parent / "ratios.json"

#: Turns of each side: with their warm-up, as many as fit into two minutes.
ROUNDS = 5

#: Share of a kept ratio that must be reached. Ratios swing by a fifth between runs on a busy
#: machine; a change that costs a third of the speed is what this is to find.
ENOUGH = 0.67


def run(*, keep: bool) -> int:
    """Measure, say how each ratio stands, and return 0, or 1 if one got worse."""
    ratios = measure()
    if keep:
        KEPT.write_text(json.dumps(ratios, indent=2) + "\n", encoding="utf-8")
        return 0
    kept: dict[str, float] = json.loads(KEPT.read_text(encoding="utf-8"))
    worse = those_worse(ratios, kept)
    for name, ratio in ratios.items():
        standing = "WORSE" if name in worse else "as it was"
        print(f"{name:<24}{ratio:>8.3f}{ratio / kept[name]:>8.0%} of {kept[name]:.3f}  {standing}")
    return 1 if worse else 0


def those_worse(ratios: Mapping[str, float], kept: Mapping[str, float]) -> set[str]:
    """Name the ratios that miss what is enough of those kept. Raises KeyError for a new one."""
    return {name for name, ratio in ratios.items() if ratio < ENOUGH * kept[name]}


def measure() -> dict[str, float]:
    """Return what is measured -> ours to its anchor, above 1 when ours is faster."""
    ratios = {}
    with sides() as all_sides:
        for name, pair in all_sides.items():
            print(f"== {name}", file=sys.stderr, flush=True)
            (rates,) = take_turns(pair, ROUNDS).values()
            ratios[name] = median(
                ours / anchor for ours, anchor in zip(*rates.values(), strict=True)
            )
    return ratios

"""Systems that take turns block by block: ten calls of one, ten of the next, and so on."""

import sys
from collections.abc import Callable, Mapping
from statistics import median

#: One block of one system: figure -> value.
Block = Callable[[], Mapping[str, float]]


def take_turns_by_block(
    systems: Mapping[str, Block], rounds: int, blocks: int
) -> dict[str, dict[str, list[float]]]:
    """Measure so many blocks of each system a round; figure -> system -> a round's median block.

    As `take_turns`, but a side's turn is over within milliseconds: a machine's weather changes by
    the second, and a tenth is what is looked for.
    """
    figures: dict[str, dict[str, list[float]]] = {}
    for number in range(1, rounds + 1):
        print(f"round {number} of {rounds}: {', '.join(systems)}", file=sys.stderr, flush=True)
        measured: dict[str, list[Mapping[str, float]]] = {name: [] for name in systems}
        for _ in range(blocks):
            for name, block in systems.items():
                measured[name].append(block())
        for name, of_round in measured.items():
            for figure in of_round[0]:
                middle = median(values[figure] for values in of_round)
                figures.setdefault(figure, {}).setdefault(name, []).append(middle)
    return figures

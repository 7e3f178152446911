"""Sides that take turns, so that a noisy machine is noisy for all of them."""

import sys
from collections.abc import Callable, Mapping

#: One turn of one side: its figures by name.
Turn = Callable[[], Mapping[str, float]]


class TurnError(RuntimeError):
    """A side could not be measured; the message names it, the cause is chained."""


def take_turns(sides: Mapping[str, Turn], rounds: int) -> dict[str, dict[str, list[float]]]:
    """Measure all sides once a round, A B C A B C; return figure -> side -> a value a round.

    Raises TurnError at the first turn that fails: a comparison without a side is none.
    """
    figures: dict[str, dict[str, list[float]]] = {}
    for number in range(1, rounds + 1):
        for name, turn in sides.items():
            print(f"round {number} of {rounds}: {name}", file=sys.stderr, flush=True)
            try:
                measured = turn()
            except Exception as failure:
                raise TurnError(f"{name}, round {number}: {failure}") from failure
            for figure, value in measured.items():
                figures.setdefault(figure, {}).setdefault(name, []).append(value)
    return figures

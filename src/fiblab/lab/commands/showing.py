"""How a run looks in a terminal: what happens while it does, and the verdict."""

import sys
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

from fiblab.lab.stage.lines import Bundle, Happening, Judged, Line, Step
from fiblab.lab.stage.run import Order

#: Happenings that tell the story; of the others there may be thousands.
TOLD = {
    ("fault", None),
    ("queue", "expired"),
    ("queue", "dead"),
    ("queue", "released"),
    ("process", "ended"),
}
#: Happenings told of one arm at most.
TOLD_LIMIT = 40

_MARKS = {True: "[green]holds[/]", False: "[red]broken[/]", None: "[yellow]cannot tell[/]"}


class Telling:
    """Tells on standard error what a run does, while it does."""

    def __init__(self, order: Order) -> None:
        self._began = time.monotonic()
        self._told: dict[str, int] = {}
        self._say(f"{order.experiment.id}: {order.experiment.question} (seed {order.seed})")

    def tell(self, line: Line) -> None:
        """Tell a line of the run, if people care for it."""
        if isinstance(line, Step):
            self._say(f"{_side(line.arm)}  {line.text}")
        elif isinstance(line, Happening) and self._is_told(line):
            words = (line.kind, line.who, f"job {line.job}" if line.job else "", line.detail)
            text = " ".join(word for word in words if word)
            self._say(f"{_side(line.arm)}  {line.at_ms / 1_000:6.2f} s  {text}")

    def done(self, path: Path) -> None:
        """Tell where the run is kept."""
        self._say(f"kept in {path}: `fiblab lab open` shows it again")

    def _is_told(self, line: Happening) -> bool:
        if not {(line.source, None), (line.source, line.kind)} & TOLD:
            return False
        self._told[line.arm] = self._told.get(line.arm, 0) + 1
        return self._told[line.arm] <= TOLD_LIMIT

    def _say(self, text: str) -> None:
        seconds = time.monotonic() - self._began
        print(f"fiblab {seconds:6.1f} s  {text}", file=sys.stderr, flush=True)


def show_verdict(out: Console, bundle: Bundle) -> None:
    """Write both arms' checks side by side, what broke with its evidence, and the outcome."""
    arms = {arm: {one.id: one for one in kept.checks} for arm, kept in bundle.arms.items()}
    table = Table("Check", *map(_side, arms), box=None, pad_edge=False)
    for check in bundle.experiment.checks:
        table.add_row(check.says, *(_MARKS[judged[check.id].holds] for judged in arms.values()))
    out.print(table)
    for arm, judged in arms.items():
        for one in judged.values():
            _show_evidence(out, arm, one)
    out.print(f"\n[bold]{bundle.experiment.id}: {bundle.outcome}[/]. {bundle.why}\n")


def _show_evidence(out: Console, arm: str, one: Judged) -> None:
    if one.holds:
        return
    out.print(f"\n{_side(arm)}: {one.says}")
    for piece in one.evidence:
        out.print(f"  {piece}", markup=False)


def _side(arm: str) -> str:
    return {"with": "with the pattern", "without": "without it"}[arm]

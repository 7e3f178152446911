"""What a run shows while it goes on: a bar on a terminal, a line now and then in a log."""

import asyncio
import time
from collections import Counter
from dataclasses import dataclass, field

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from fiblab.lab.chaos.load.clients import Tally

#: Seconds between two looks, on a terminal and in a log.
LOOK_S, LOG_S = 0.5, 15.0


@dataclass(slots=True)
class State:
    """How far a run is, as its parts tell."""

    seconds: float
    """How long load and faults are to last."""
    phase: str = "starting"
    tally: Tally = field(default_factory=Tally)
    faults: Counter[str] = field(default_factory=Counter)
    """Fault -> how often it has struck."""
    began: float = field(default_factory=time.monotonic)

    def begin(self) -> None:
        """Count the seconds from now on."""
        self.began = time.monotonic()

    @property
    def elapsed(self) -> float:
        """Seconds since load and faults began."""
        return time.monotonic() - self.began

    def line(self) -> str:
        """Sum the state up."""
        rate = self.tally.exchanges / max(self.elapsed, 1.0)
        no_answer = self.tally.statuses[0]
        return (
            f"{self.phase}: {self.tally.accepted:,} requests accepted, "
            f"{self.tally.exchanges:,} exchanges ({rate:,.0f}/s, {no_answer:,} without an answer), "
            f"{self.faults.total():,} faults"
        )


async def show(state: State) -> None:
    """Show the state until cancelled."""
    console = Console(stderr=True)
    if console.is_terminal:
        await _show_bar(state, console)
    else:
        await _log_lines(state, console)


async def _show_bar(state: State, console: Console) -> None:
    columns = (BarColumn(), TextColumn("{task.description}"), TimeRemainingColumn())
    with Progress(*columns, console=console) as bar:
        task = bar.add_task(state.phase, total=state.seconds)
        while True:
            bar.update(task, completed=min(state.elapsed, state.seconds), description=state.line())
            await asyncio.sleep(LOOK_S)


async def _log_lines(state: State, console: Console) -> None:
    while True:
        line = f"fiblab {state.elapsed:6.0f} s  {state.line()}"
        console.print(line, highlight=False, soft_wrap=True)
        await asyncio.sleep(LOG_S)

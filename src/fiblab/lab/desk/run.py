"""One run as the desk follows it: its lines as they come, and its answer at the end."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

import msgspec
import structlog
from msgspec import UNSET, UnsetType

from fiblab.lab.desk.stage_process import StageProcess
from fiblab.lab.desk.wire import Answer, CheckAnswer, RunItem, RunState
from fiblab.lab.stage.lines import End, Judged, Outcome
from fiblab.observability.logs import Category

_log = structlog.get_logger()


class _Line(msgspec.Struct):
    """What every line has."""

    type: str


_type_of = msgspec.json.Decoder(_Line).decode
_judged = msgspec.json.Decoder(Judged).decode
_end = msgspec.json.Decoder(End).decode


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a run."""

    type: str
    text: bytes


@dataclass
class Run:
    """A run that is under way, or the last one that was."""

    name: str
    experiment: str
    seed: int
    choice: int | UnsetType = UNSET
    started_at: datetime = field(default_factory=lambda: datetime.now(UTC), init=False)
    state: RunState = field(default="running", init=False)
    outcome: Outcome | UnsetType = field(default=UNSET, init=False)
    lines: list[Line] = field(default_factory=list, init=False)
    _checks: list[CheckAnswer] = field(default_factory=list, init=False)
    _news: asyncio.Event = field(default_factory=asyncio.Event, init=False)
    _cancelled: bool = field(default=False, init=False)

    @property
    def is_over(self) -> bool:
        """Whether no line will come any more."""
        return self.state != "running"

    @property
    def item(self) -> RunItem:
        """The run in a list."""
        return RunItem(
            self.name, self.experiment, self.seed, self.state, self.started_at, self.outcome
        )

    async def news(self) -> None:
        """Wait until more lines have come, or the run is over."""
        if not self.is_over:
            await self._news.wait()

    async def follow(self, process: StageProcess) -> None:
        """Take in what the process tells, until its end, which always is a line of its own.

        Cancelled, it kills the process.
        """
        try:
            async for text in process.lines():
                self._take(text)
            status = await process.ended()
        except ValueError as error:  # a line that is none, or is too long
            _log.error("run failed", category=Category.BUG, run=self.name, error=repr(error))
            await process.end()
            self._break_off(f"The run told what is no line of a run. {self._see_log()}")
        else:
            self._end(status)
        finally:
            process.kill()
            self._wake()

    def note_cancelled(self) -> None:
        """Note that the end to come was asked for."""
        self._cancelled = True

    def _take(self, text: bytes) -> None:
        line = Line(_type_of(text).type, text)
        if line.type == "check":
            judged = _judged(text)
            self._checks.append(CheckAnswer(judged.arm, judged.id, judged.holds))
        elif line.type == "end":
            self.outcome = _end(text).outcome
        self.lines.append(line)
        self._wake()

    def _end(self, status: int) -> None:
        if self.outcome is not UNSET:
            self.state = "ended"
        elif self._cancelled:
            self._break_off("The run was cancelled.", "cancelled")
        else:
            _log.error("run failed", category=Category.BUG, run=self.name, status=status)
            ended = f"The run's process ended with {status} before its verdict."
            self._break_off(f"{ended} {self._see_log()}")

    def _see_log(self) -> str:
        return f"Its log is lab/runs/{self.name}.log in the lab's data folder."

    def _break_off(self, why: str, state: Literal["cancelled", "failed"] = "failed") -> None:
        self.lines.append(Line("end", msgspec.json.encode(End("unclear", why))))
        self.outcome = UNSET
        self.state = state

    def _wake(self) -> None:
        """Let everybody go who waits for news; who waits next waits for the next."""
        self._news.set()
        self._news = asyncio.Event()

    def answer(self, right_choice: int) -> Answer:
        """Sum up the run, which is over; `right_choice` is the answer to its prediction."""
        assert self.state != "running"  # noqa: S101 - there is nothing to sum up before
        right = UNSET if self.choice is UNSET else self.choice == right_choice
        return Answer(
            run=self.name,
            experiment=self.experiment,
            seed=self.seed,
            state=self.state,
            started_at=self.started_at,
            ended_at=datetime.now(UTC),
            outcome=self.outcome,
            choice=self.choice,
            right=right,
            checks=tuple(self._checks),
        )

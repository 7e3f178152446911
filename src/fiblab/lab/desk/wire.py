"""The JSON of the lab's calls: one struct for each shape."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from msgspec import UNSET, Meta, Struct, UnsetType

from fiblab.embedded.control import ProcessState
from fiblab.lab.stage.lines import Announced, Arm, Described, Outcome

#: Seeds that JavaScript reads exactly.
LARGEST_SEED = 2**53 - 1


class Lab(Struct):
    """That this is a lab, and what changes something in it."""

    token: str
    experiments: int
    version: str


class Processes(Struct):
    """The processes of `up`, in the order in which they were started."""

    items: list[ProcessState]


class LastRun(Struct):
    """How an experiment went the last time."""

    run: str
    outcome: Outcome
    ended_at: datetime
    choice: int | UnsetType = UNSET
    right: bool | UnsetType = UNSET


class ExperimentItem(Announced, frozen=True, kw_only=True):
    """An experiment in a list."""

    last: LastRun | UnsetType = UNSET

    @classmethod
    def of(cls, described: Described, last: LastRun | None) -> Self:
        """Leave out what only its own page shows."""
        return cls(**_fields(Announced, described), last=last or UNSET)


class ExperimentPage(Described, frozen=True, kw_only=True):
    """An experiment on its own page."""

    last: LastRun | UnsetType = UNSET

    @classmethod
    def of(cls, described: Described, last: LastRun | None) -> Self:
        """Add how it went the last time."""
        return cls(**_fields(Described, described), last=last or UNSET)


def _fields(kind: type[Announced], described: Described) -> dict[str, Any]:
    return {name: getattr(described, name) for name in kind.__struct_fields__}


class Experiments(Struct):
    """All of them, in the order in which they teach."""

    items: list[ExperimentItem]


class RunAsked(Struct, forbid_unknown_fields=True):
    """Which experiment to run, and what the learner predicts."""

    experiment: str
    seed: Annotated[int, Meta(ge=0, le=LARGEST_SEED)] | UnsetType = UNSET
    choice: Annotated[int, Meta(ge=0)] | UnsetType = UNSET


class RunBegun(Struct):
    """The name of a run that has begun."""

    run: str


RunState = Literal["running", "ended", "cancelled", "failed"]


class RunItem(Struct):
    """A run in a list."""

    run: str
    experiment: str
    seed: int
    state: RunState
    started_at: datetime
    outcome: Outcome | UnsetType = UNSET


class Runs(Struct):
    """Runs, the latest first."""

    items: list[RunItem]


class CheckAnswer(Struct, frozen=True):
    """What a check found; `holds` is null where it could not tell."""

    arm: Arm
    id: str
    holds: bool | None


class Answer(Struct, frozen=True):
    """A run as it is kept for good: what was predicted, and what came out."""

    run: str
    experiment: str
    seed: int
    state: Literal["ended", "cancelled", "failed"]
    started_at: datetime
    ended_at: datetime
    outcome: Outcome | UnsetType = UNSET
    choice: int | UnsetType = UNSET
    right: bool | UnsetType = UNSET
    checks: tuple[CheckAnswer, ...] = ()


class Answers(Struct):
    """All that have a verdict, the earliest first."""

    items: list[Answer]

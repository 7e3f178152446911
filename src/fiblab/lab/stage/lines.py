"""What a run tells, line by line, and what its bundle keeps: one JSON object each."""

from typing import Literal

import msgspec

Arm = Literal["with", "without"]
Outcome = Literal["valid", "broken", "unclear"]
Source = Literal["queue", "client", "fault", "process", "measure"]


class PredictionAsked(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a learner is asked before the run."""

    question: str
    choices: tuple[str, ...]
    answer: int | None = None
    """The right choice; None where it is not told yet."""


class SourceLine(msgspec.Struct, frozen=True):
    """A line of the product that has to do with an experiment."""

    path: str
    """Relative to the package `fiblab`."""
    line: int
    says: str


class CheckAsked(msgspec.Struct, frozen=True):
    """A check, before it has judged."""

    id: str
    says: str


class Announced(msgspec.Struct, frozen=True):
    """An experiment as a list shows it."""

    id: str
    title: str
    pattern: str
    chapter: str
    question: str
    fault: str
    without: str
    lasts_s: int
    prediction: PredictionAsked


class Described(Announced, frozen=True):
    """An experiment in words, all of them."""

    explanation: str
    sources: tuple[SourceLine, ...]
    checks: tuple[CheckAsked, ...]
    breaks: str


class Begin(msgspec.Struct, frozen=True, tag_field="type", tag="begin"):
    """A run begins."""

    run: str
    experiment: Described
    seed: int
    arms: tuple[Arm, ...]
    versions: dict[str, str]
    started_at: str


class Step(msgspec.Struct, frozen=True, tag_field="type", tag="stage"):
    """What is being done now, for people."""

    arm: Arm
    text: str


class Happening(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="type", tag="happening"):
    """Something that happened in an arm, to a job or to a part of the system."""

    arm: Arm
    at_ms: int
    """Milliseconds since the arm's load began, by this machine's clock."""
    source: Source
    kind: str
    job: str = ""
    who: str = ""
    detail: str = ""
    value: float | None = None


class Judged(msgspec.Struct, frozen=True, tag_field="type", tag="check"):
    """What a check found; `holds` is None where it could not tell."""

    arm: Arm
    id: str
    says: str
    holds: bool | None
    evidence: tuple[str, ...]


class Healed(msgspec.Struct, frozen=True, tag_field="type", tag="healed"):
    """Every fault of an arm is undone."""

    arm: Arm
    text: str


class End(msgspec.Struct, frozen=True, tag_field="type", tag="end"):
    """The run's outcome, and why in a sentence."""

    outcome: Outcome
    why: str


Line = Begin | Step | Happening | Judged | Healed | End


class ArmKept(msgspec.Struct, frozen=True):
    """What a bundle keeps of an arm."""

    happenings: tuple[Happening, ...]
    checks: tuple[Judged, ...]
    settings: dict[str, str] = {}
    """What its services were told, by environment variable; no secret is among it."""
    without: tuple[str, ...] = ()
    """The patterns that its services lacked, as `fiblab.lab.variants` names them."""


class Predicted(msgspec.Struct, frozen=True):
    """What a learner predicted."""

    choice: int
    right: bool


class Bundle(msgspec.Struct, frozen=True, omit_defaults=True):
    """A whole run in one file, to be opened again without any system."""

    format: int
    run: str
    experiment: Described
    seed: int
    arms: dict[Arm, ArmKept]
    outcome: Outcome
    why: str
    versions: dict[str, str]
    started_at: str
    ended_at: str
    prediction: Predicted | None = None


#: How an outcome is told as an exit status.
EXIT_STATUS: dict[Outcome, int] = {"valid": 0, "broken": 1, "unclear": 2}

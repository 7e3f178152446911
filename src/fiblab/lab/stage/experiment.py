"""What an experiment declares: the question, the load and the fault, and what judges them."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from typing import TYPE_CHECKING

from fiblab.lab.stage.lines import CheckAsked, Described, PredictionAsked, SourceLine
from fiblab.lab.stage.record import ArmRecord

if TYPE_CHECKING:
    from fiblab.lab.stage.stage import Stage


@dataclass(frozen=True, slots=True)
class Prediction:
    """What the learner is asked before anything runs; `answer` is the place of the right choice."""

    question: str
    choices: tuple[str, ...]
    answer: int


@dataclass(frozen=True, slots=True)
class Source:
    """A place in the product: the first line of `path`, below `fiblab`, that holds `text`."""

    path: str
    text: str
    says: str

    def line(self) -> SourceLine:
        """Find the line; ValueError where the text is nowhere, as after a change of the code."""
        lines = files("fiblab").joinpath(self.path).read_text(encoding="utf-8").splitlines()
        for number, line in enumerate(lines, 1):
            if self.text in line:
                return SourceLine(self.path, number, self.says)
        raise ValueError(f"{self.path} holds {self.text!r} nowhere: mend this link")


@dataclass(frozen=True, slots=True)
class Twin:
    """The same system without the pattern: patterns taken away, or other settings."""

    says: str
    """What it lacks, in a sentence."""
    without: tuple[str, ...] = ()
    """Names of ablations (see `variants`) that its servers and workers run with."""
    settings: Mapping[str, object] = field(default_factory=dict)
    """Settings, by their name in lower case, that replace the experiment's own."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found in one arm; `holds` is None where it could not tell."""

    holds: bool | None
    evidence: Sequence[str]


@dataclass(frozen=True, slots=True)
class Check:
    """A statement about an arm that its log, its ledger and its Redis prove or refute."""

    id: str
    says: str
    judge: Callable[[ArmRecord], Finding]


@dataclass(frozen=True, slots=True)
class Experiment:
    """One experiment, whole; `play` puts load and fault on a stage that is with or without."""

    id: str
    title: str
    pattern: str
    chapter: str
    question: str
    fault: str
    prediction: Prediction
    explanation: str
    sources: tuple[Source, ...]
    twin: Twin
    checks: tuple[Check, ...]
    breaks: str
    """The id of the check that is red without the pattern."""
    lasts_s: int
    """About how many seconds both arms take."""
    play: Callable[["Stage"], Awaitable[None]]
    settings: Mapping[str, object] = field(default_factory=dict)
    """Settings, by their name in lower case, beyond those that all experiments share."""

    def __post_init__(self) -> None:
        """Raise ValueError where the parts do not fit together."""
        if self.breaks not in {check.id for check in self.checks}:
            raise ValueError(f"{self.id}: {self.breaks!r} is none of its checks")
        if not 0 <= self.prediction.answer < len(self.prediction.choices):
            raise ValueError(f"{self.id}: the prediction's answer is none of its choices")

    def described(self, *, with_answer: bool) -> Described:
        """Put it in words; the answer to the prediction only once it may be known."""
        asked = self.prediction
        return Described(
            id=self.id,
            title=self.title,
            pattern=self.pattern,
            chapter=self.chapter,
            question=self.question,
            fault=self.fault,
            without=self.twin.says,
            lasts_s=self.lasts_s,
            prediction=PredictionAsked(
                asked.question, asked.choices, asked.answer if with_answer else None
            ),
            explanation=self.explanation.strip(),
            sources=tuple(source.line() for source in self.sources),
            checks=tuple(CheckAsked(check.id, check.says) for check in self.checks),
            breaks=self.breaks,
        )

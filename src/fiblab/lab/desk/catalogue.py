"""The experiments in words, read when they are first asked for: they bring much code along."""

from functools import cache
from typing import TYPE_CHECKING

import structlog

from fiblab.lab.desk.problems import NO_SUCH_EXPERIMENT
from fiblab.lab.stage.lines import Described
from fiblab.server.problems import Refusal

if TYPE_CHECKING:
    from fiblab.lab.stage.experiment import Experiment

_log = structlog.get_logger()


@cache
def _experiments() -> "dict[str, Experiment]":
    try:
        from fiblab.lab.experiments.registry import EXPERIMENTS  # noqa: PLC0415 - on demand only
    except ModuleNotFoundError as missing:
        if (missing.name or "").startswith("fiblab"):
            raise
        _log.warning("no experiments: install fiblab[lab]", missing=missing.name)
        return {}
    return {one.id: one for one in EXPERIMENTS}


@cache
def described() -> tuple[Described, ...]:
    """Describe all, the answers to their predictions left out, in the order in which they teach."""
    return tuple(one.described(with_answer=False) for one in _experiments().values())


def find(name: str) -> Described:
    """Describe the experiment of that id; raises Refusal where there is none."""
    for one in described():
        if one.id == name:
            return one
    raise Refusal(NO_SUCH_EXPERIMENT, NO_SUCH_EXPERIMENT.advice)


def right_choice(name: str) -> int:
    """Give the answer to the prediction of an experiment that there is."""
    return _experiments()[name].prediction.answer

"""Every experiment says all that it is to say, and its links lead where they say."""

from importlib.resources import files
from pathlib import Path

import pytest

from fiblab.lab.experiments.page import experiments_page
from fiblab.lab.experiments.registry import EXPERIMENTS, experiment
from fiblab.lab.stage.experiment import Experiment

each = pytest.mark.parametrize("one", EXPERIMENTS, ids=lambda one: one.id)


def test_ids_are_unique() -> None:
    """An id names one experiment, in the page's addresses and on the command line."""
    assert len({one.id for one in EXPERIMENTS}) == len(EXPERIMENTS)
    assert all(experiment(one.id) is one for one in EXPERIMENTS)


def test_the_reference_page_is_current() -> None:
    """Whoever changes an experiment, or a line that one links, writes the page anew."""
    page = Path(__file__).parents[4] / "docs/reference/experiments.md"
    assert page.read_text(encoding="utf-8") == experiments_page()


@each
def test_the_source_links_lead_to_their_lines(one: Experiment) -> None:
    """Each link is to a line of the product that holds what the link is about."""
    assert one.sources
    for source in one.sources:
        found = source.line()
        lines = files("fiblab").joinpath(found.path).read_text(encoding="utf-8").splitlines()
        assert source.text in lines[found.line - 1]


@each
def test_a_prediction_has_several_choices_and_keeps_its_answer(one: Experiment) -> None:
    """Whoever reads the list before the run does not find the answer in it."""
    assert len(set(one.prediction.choices)) >= 3
    assert one.described(with_answer=False).prediction.answer is None
    assert one.described(with_answer=True).prediction.answer == one.prediction.answer


@each
def test_the_texts_are_there(one: Experiment) -> None:
    """Question, fault, twin and explanation are sentences, not stubs."""
    described = one.described(with_answer=True)
    assert described.question.endswith("?")
    assert described.without.endswith(".")
    assert described.fault
    assert len(described.explanation) > 200
    assert len({check.id for check in described.checks}) == len(described.checks) >= 2

"""Mutant proof: with its pattern each experiment is green, without it the check it names is red."""

import pytest

from fiblab.lab.experiments.registry import EXPERIMENTS
from fiblab.lab.stage.experiment import Experiment
from fiblab.lab.stage.run import new_order, play
from fiblab.lab.stage.stores import Stores


@pytest.mark.parametrize("experiment", EXPERIMENTS, ids=lambda one: one.id)
async def test_green_with_the_pattern_and_red_without_it(
    experiment: Experiment, stage_stores: Stores
) -> None:
    """Every check holds with the pattern; without it the one that the experiment names does not."""
    order = new_order(experiment, seed=7, twin=True)

    bundle = await play(order, stage_stores, lambda _line: None)

    assert bundle.outcome == "valid", bundle.why
    checks = {arm: {one.id: one for one in kept.checks} for arm, kept in bundle.arms.items()}
    assert [one.id for one in checks["with"].values() if not one.holds] == []
    named = checks["without"][experiment.breaks]
    assert named.holds is False
    assert named.evidence
    assert bundle.arms["without"].without == experiment.twin.without
    assert all("FIBLAB_VISIBILITY_TIMEOUT_S" in kept.settings for kept in bundle.arms.values())

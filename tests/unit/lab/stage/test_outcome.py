"""The outcome of a run: what its arms' checks come to."""

import pytest
from tests.unit.lab.stage.runs import arm_kept

from fiblab.lab.experiments.crash import EXPERIMENT
from fiblab.lab.stage.lines import Arm, ArmKept, Outcome
from fiblab.lab.stage.outcome import outcome_of

GREEN = arm_kept("with", nothing_lost=True, redelivered=True)


@pytest.mark.parametrize(
    ("kept", "expected", "names"),
    [
        pytest.param({"with": GREEN}, "valid", "the twin was not played", id="no twin"),
        pytest.param(
            {"with": GREEN, "without": arm_kept("without", nothing_lost=False)},
            "valid",
            "nothing-lost says",
            id="the named check is red without the pattern",
        ),
        pytest.param(
            {"with": GREEN, "without": arm_kept("without", nothing_lost=True, redelivered=False)},
            "unclear",
            "nothing-lost says",
            id="another check than the named one is red without the pattern",
        ),
        pytest.param(
            {"with": GREEN, "without": arm_kept("without", nothing_lost=None)},
            "unclear",
            "nothing-lost says",
            id="the twin could not tell",
        ),
        pytest.param(
            {"with": arm_kept("with", nothing_lost=None, redelivered=True)},
            "unclear",
            "nothing-lost says",
            id="a check could not tell with the pattern",
        ),
        pytest.param(
            {
                "with": arm_kept("with", nothing_lost=None, redelivered=False),
                "without": arm_kept("without", nothing_lost=False),
            },
            "broken",
            "redelivered says",
            id="a check is red with the pattern, whatever else",
        ),
    ],
)
def test_outcome(kept: dict[Arm, ArmKept], expected: Outcome, names: str) -> None:
    """Broken outweighs unclear, unclear outweighs valid, and the reason names the check."""
    outcome, why = outcome_of(EXPERIMENT, kept)

    assert outcome == expected
    assert names in why

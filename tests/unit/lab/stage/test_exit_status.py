"""The exit status of `fiblab lab run`, by which a classroom grades."""

import pytest
from tests.unit.lab.stage.runs import arm_kept, bundle

from fiblab.lab.commands.lab import exit_status
from fiblab.lab.stage.lines import Outcome


@pytest.mark.parametrize(
    ("outcomes", "status"),
    [
        (["valid"], 0),
        (["valid", "valid"], 0),
        (["broken"], 1),
        (["unclear"], 2),
        (["valid", "unclear"], 2),
        (["unclear", "broken", "valid"], 1),
    ],
)
def test_the_worst_outcome_counts(outcomes: list[Outcome], status: int) -> None:
    """0 valid, 1 an invariant was broken, 2 it could not be told; a breach outweighs all."""
    kept = arm_kept("with", nothing_lost=True)

    assert exit_status([bundle(outcome, with_=kept) for outcome in outcomes]) == status

"""Without any one of its patterns the system breaks, and the exploration shows how."""

import pytest

from fiblab.lab.exploration.run import explore_without
from fiblab.lab.exploration.variant import NOT_EXPRESSED, expressed
from fiblab.lab.variants import ABLATIONS, Ablation

#: Where the shortest history breaks another invariant than the catalogue's, which is about longer
#: ones: a token that comes again makes a repeated claim unsafe before two workers hold it.
OTHER_INVARIANTS = {"counter nonce": 9}


@pytest.mark.parametrize("ablation", expressed(), ids=lambda ablation: ablation.name)
def test_a_pattern_taken_away_is_missed(ablation: Ablation, redis_url: str) -> None:
    """A breach of an invariant that the pattern upholds is found, with its history."""
    explored = explore_without(ablation, redis_url)

    assert explored.breach is not None
    assert explored.breach.invariant in {*ablation.breaks, OTHER_INVARIANTS.get(ablation.name)}
    assert explored.history.count(". ") >= explored.steps


def test_what_is_not_expressed_is_in_the_catalogue() -> None:
    """Every reason for leaving one out stands for an ablation that there is."""
    assert NOT_EXPRESSED.keys() <= {one.name for one in ABLATIONS}

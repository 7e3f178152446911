"""The system as it is keeps every invariant, in every history of each small scope."""

import pytest

from fiblab.lab.exploration.run import explore
from fiblab.lab.exploration.scope import SMALL, Scope


@pytest.mark.parametrize("scope", SMALL, ids=lambda scope: scope.name)
def test_no_history_breaks_an_invariant(scope: Scope, redis_url: str) -> None:
    """No order of steps and faults leads to a breach, and there are ends to be judged."""
    explored = explore(scope, redis_url)

    assert explored.breach is None, explored.history
    assert explored.counts.ends > 0


def test_an_exploration_is_deterministic(redis_url: str) -> None:
    """The same scope has the same states and transitions each time."""
    scope = Scope("one client", ("1",), workers=1, faults=1)

    first, second = explore(scope, redis_url).counts, explore(scope, redis_url).counts

    assert (first.states, first.transitions, first.depth) == (
        second.states,
        second.transitions,
        second.depth,
    )

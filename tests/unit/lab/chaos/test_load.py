"""The load: drawn from its seed alone, and of every kind."""

from collections import Counter

import pytest

from fiblab.lab.chaos.load.caller import address_of
from fiblab.lab.chaos.load.calls import MISTAKES
from fiblab.lab.chaos.load.mix import RANGE_LENGTH, Indices, Mix


def test_a_seed_draws_the_same_calls_again() -> None:
    """Another seed draws others."""
    first, again, other = (Mix(seed, Indices()) for seed in ("7/a", "7/a", "8/a"))
    calls = [first.draw() for _ in range(200)]
    assert calls == [again.draw() for _ in range(200)]
    assert calls != [other.draw() for _ in range(200)]


def test_every_kind_of_call_comes() -> None:
    """Requests with and without a key, ranges, readers, mistakes, and clients that go away."""
    mix = Mix("7/a", Indices())
    calls = [mix.draw() for _ in range(5_000)]
    kinds = Counter(call.kind for call in calls)
    assert set(kinds) == {
        *("request", "request_range", "look_up", "look_up_range", "digits", "bad"),
    }
    assert any(call.counts and not call.key for call in calls)
    assert any(call.gives_up_after_s for call in calls)
    keys = Counter(call.key for call in calls if call.key and call.counts)
    assert keys.most_common(1)[0][1] > 1


def test_ranges_stay_short_and_off_the_canaries() -> None:
    """The canaries' indices are nobody else's, or they would measure nothing."""
    indices = Indices()
    mix = Mix("7/a", indices)
    for call in (mix.draw() for _ in range(5_000)):
        if call.counts:
            assert call.last - call.first < RANGE_LENGTH
            assert call.first not in indices.canary
            assert call.last not in indices.canary


def test_no_mistake_is_counted() -> None:
    """The checker expects a refusal for each of them."""
    assert not any(call.counts for call in MISTAKES)


@pytest.mark.parametrize("client", ["client-1", "canary"])
def test_each_client_has_an_address_of_its_own(client: str) -> None:
    """A private one, always the same, so that rate limits are per client."""
    assert address_of(client) == address_of(client)
    assert address_of(client).startswith("10.")
    assert address_of(client) != address_of("client-2")

"""Explores scopes one after the other, in a Redis of its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from fiblab.embedded import EmbeddedStack
from fiblab.lab.exploration.asking import Answers
from fiblab.lab.exploration.explorer import Counts, Explorer, Progress
from fiblab.lab.exploration.real_redis import RealRedis
from fiblab.lab.exploration.rules import Breach
from fiblab.lab.exploration.scope import Scope
from fiblab.lab.exploration.trace import tell
from fiblab.lab.exploration.variant import AS_IT_IS, Variant, scopes_to_search, variant_without
from fiblab.lab.variants import Ablation


@dataclass(frozen=True, slots=True)
class Explored:
    """What an exploration of one scope came to."""

    variant: Variant
    scope: Scope
    counts: Counts
    breach: Breach | None = None
    steps: int = 0
    """Of the shortest history that breaks it."""
    history: str = ""
    """That history, to be read."""


def explore(
    scope: Scope,
    redis_url: str,
    *,
    variant: Variant = AS_IT_IS,
    progress: Progress = lambda _counts, _waiting: None,
) -> Explored:
    """Go through all histories of a scope, or up to the first breach; Redis is emptied first."""
    redis = RealRedis(redis_url, scope, load=variant.load)
    try:
        explorer = Explorer(scope, Answers(redis, scope), variant.design, progress=progress)
        found = explorer.run()
        counts = explorer.counts
        if found is None:
            return Explored(variant, scope, counts)
        history = tell(explorer, found)
        return Explored(variant, scope, counts, found.breach, len(found.path), history)
    finally:
        redis.close()


def explore_without(
    ablation: Ablation,
    redis_url: str,
    *,
    progress: Progress = lambda _counts, _waiting: None,
) -> Explored:
    """Explore the system without a pattern in the smallest scope that shows a breach."""
    variant = variant_without(ablation)
    *smaller, last = scopes_to_search(ablation)
    for scope in smaller:
        explored = explore(scope, redis_url, variant=variant, progress=progress)
        if explored.breach is not None:
            return explored
    return explore(last, redis_url, variant=variant, progress=progress)


@contextmanager
def own_redis() -> Iterator[str]:
    """Start a Redis that keeps nothing, and end it; yields its URL. Raises an EmbeddedError."""
    with EmbeddedStack(ephemeral=True, postgres_url="postgresql://none.is.needed") as stack:
        yield stack.redis_url

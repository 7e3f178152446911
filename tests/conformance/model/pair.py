"""The real queue and its model, side by side: called alike, compared after each step."""

import asyncio
from collections.abc import Callable, Coroutine
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, TypeVar

from msgspec import structs

from fiblab.queue import ClaimedJob, Keys, Policy

from .contents import Contents, check_invariants
from .expected import expected_contents, expected_dead_letters, expected_depth, expected_status
from .live import Dump, LiveQueue
from .model import QueueModel

T = TypeVar("T")


class Disagreement(AssertionError):  # noqa: N818 - reads as what it tells
    """The queue does not do what the model does."""


@dataclass(frozen=True, slots=True)
class Saved:
    """Queue and model as they were at one moment."""

    dump: Dump
    model: QueueModel


class Pair:
    """A real queue and its model, both empty at first."""

    def __init__(
        self, redis_url: str, keys: Keys, policy: Policy, workers: tuple[str, ...]
    ) -> None:
        self.live = LiveQueue(redis_url, keys, policy, workers)
        self.model = QueueModel(keys, policy)

    def save(self) -> Saved:
        """Keep both as they are now."""
        return Saved(self.live.dump(), deepcopy(self.model))

    def roll_back(self, saved: Saved) -> None:
        """Bring both back to what they were."""
        self.live.restore(saved.dump)
        self.model = deepcopy(saved.model)

    def twice(self, really: Callable[[], Coroutine[Any, Any, T]], modelled: Callable[[], T]) -> T:
        """Make a call and repeat it: the second must change nothing, and answer as modelled."""
        answer = self._once(really, modelled)
        after_first = self._settled_contents()
        self._once(really, modelled)
        changed = self._settled_contents().differences(after_first)
        _require(not changed, f"the second call changed {changed}")
        return answer

    def _once(self, really: Callable[[], Coroutine[Any, Any, T]], modelled: Callable[[], T]) -> T:
        answer, expected = self.live.run(really()), modelled()
        _require(answer == expected, f"answered {answer}, not {expected}")
        return answer

    def _settled_contents(self) -> Contents:
        self.live.settle(self.model)
        return self.live.contents()

    def compare(self, ids: tuple[str, ...]) -> None:
        """Raise Disagreement where Redis, an answer or a transition is not as modelled."""
        self._compare_stored()
        self.live.run(self._compare_answers(ids))

    def _compare_stored(self) -> None:
        contents = self.live.contents()
        differences = contents.differences(expected_contents(self.model))
        _require(not differences, f"stored, and expected: {differences}")
        broken = check_invariants(contents, self.model.policy.bound)
        _require(not broken, f"no longer true: {broken}")

    async def _compare_answers(self, ids: tuple[str, ...]) -> None:
        queue = self.live.queue
        statuses, depth, letters, transitions = await asyncio.gather(
            queue.status(ids), queue.depth(), queue.dead_letters(), self.live.new_transitions()
        )
        expected = [expected_status(self.model, each) for each in ids]
        _require(statuses == expected, f"status of {ids} {statuses}, not {expected}")
        expected_now = expected_depth(self.model, depth.oldest_ms)
        _require(depth == expected_now, f"depth {depth}, not {expected_now}")
        listed = expected_dead_letters(
            self.model, {letter.id: letter.died_ms for letter in letters}
        )
        _require(letters == listed, f"dead letters {letters}, not {listed}")
        seen, noted = sorted(transitions), sorted(self.model.transitions)
        _require(seen == noted, f"transitions {seen}, not {noted}")
        self.model.transitions.clear()

    def close(self) -> None:
        """End the real queue's connections; no key but the fixed ones may be left for ever."""
        stray = self.live.keys_without_ttl() - set(self.model.keys.all)
        self.live.close()
        _require(not stray, f"without TTL: {stray}")


def _require(holds: bool, otherwise: str) -> None:  # noqa: FBT001 - an assertion with words
    if not holds:
        raise Disagreement(otherwise)


def without_moments(claimed: list[ClaimedJob]) -> list[ClaimedJob]:
    """Leave out when each job was enqueued, which no model can know."""
    return [structs.replace(job, enqueued_ms=0) for job in claimed]

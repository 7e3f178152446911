"""Invariants 3, 11 and 12: what must be so when all is settled, each spoilt in one way."""

from collections.abc import Callable

import pytest

from fiblab.lab.checker.history import Item
from fiblab.lab.checker.ledger_contents import Row

from .scene import Scene, calculating, row

Spoil = Callable[[Scene], object]

OPEN = Row(5, "open", "", has_detail=False)
MUTE = Row(5, "failed", "", has_detail=True)
STRANDED = "an accepted index is neither known nor given up at the end"


def _leave_unread(scene: Scene, index: int) -> None:
    looks = [one for one in scene.exchanges if (one.call, one.first) == ("look_up", index)]
    scene.exchanges = [one for one in scene.exchanges if one not in looks]


OWED: dict[str, tuple[str, Spoil]] = {
    "open row": (
        "an accepted request has neither its value nor a reason at the end",
        lambda scene: scene.rows.update({"key:one": OPEN}),
    ),
    "failed without a category": (
        "an accepted request failed without a reason",
        lambda scene: scene.rows.update({"key:one": MUTE}),
    ),
    "calculating for ever": (STRANDED, lambda scene: scene.saw("look_up", 5, calculating(5))),
    "absent": (STRANDED, lambda scene: scene.saw("look_up", 5, status=404, problem="absent")),
    "given up without a reason": (
        "an index was given up without a reason",
        lambda scene: scene.saw("look_up", 90, Item(90, "failed")),
    ),
    "never read": (
        "an accepted index was never looked up",
        lambda scene: _leave_unread(scene, 5),
    ),
    "dead letter without a reason": (
        "a dead letter has no reason",
        lambda scene: scene.sampled(reasons=()),
    ),
}

IDLE: dict[str, tuple[str, Spoil]] = {
    "leased": (
        "a job is leased although all is settled",
        lambda scene: scene.ended(job_count=1, jobs=("30",), leased=("30",), nonces=("30",)),
    ),
    "ready": (
        "a job is left although all is settled",
        lambda scene: scene.ended(job_count=1, jobs=("30",), ready=("30",)),
    ),
}

LASTING: dict[str, tuple[str, Spoil]] = {
    "large value without a TTL": (
        "a key outside the fixed set has no TTL",
        lambda scene: setattr(scene, "lasting_keys", ("{fiblab:0}:v1:value:9",)),
    ),
    "wake tokens": (
        "wake tokens pile up",
        lambda scene: scene.wake_tokens.update({"light": 17}),
    ),
    "dead letters": (
        "there are more dead letters than their cap",
        lambda scene: scene.sampled(dead_count=3, listed=False),
    ),
    "reason not in the ledger": (
        "a dead letter's reason is not kept in the ledger",
        lambda scene: scene.rows.update({"key:poison": row(90)}),
    ),
}


@pytest.mark.parametrize(("what", "spoil"), OWED.values(), ids=OWED)
def test_an_accepted_request_ends(scene: Scene, what: str, spoil: Spoil) -> None:
    """What stays without a value and without a reason breaks invariant 3, and no other."""
    spoil(scene)
    assert scene.breaches() == {(3, what)}


@pytest.mark.parametrize(("what", "spoil"), IDLE.values(), ids=IDLE)
def test_nothing_is_left_when_all_is_settled(scene: Scene, what: str, spoil: Spoil) -> None:
    """A job or a lease at the end breaks invariant 12, and no other."""
    spoil(scene)
    assert scene.breaches() == {(12, what)}


@pytest.mark.parametrize(("what", "spoil"), LASTING.values(), ids=LASTING)
def test_nothing_piles_up(scene: Scene, what: str, spoil: Spoil) -> None:
    """What lives for ever beyond the fixed set and its caps breaks invariant 11, and no other."""
    spoil(scene)
    assert scene.breaches() == {(11, what)}


def test_the_last_look_counts(scene: Scene) -> None:
    """An index that was calculating once and is known at the end is no breach."""
    looks = [exchange for exchange in scene.exchanges if exchange.call == "look_up"]
    scene.exchanges = [one for one in scene.exchanges if one.call != "look_up"]
    scene.saw("look_up", 5, calculating(5))
    scene.exchanges += looks
    assert scene.breaches() == set()


def test_a_job_whose_request_was_perhaps_not_counted_may_die(scene: Scene) -> None:
    """A dead letter without a reason in the ledger may come from a request that left no row."""
    scene.rows["key:poison"] = row(90)
    scene.saw("request", 90, status=0, answered_id="", failure="reset")
    assert scene.breaches() == set()

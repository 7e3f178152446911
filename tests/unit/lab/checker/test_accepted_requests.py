"""Invariants 1 and 2: rows, counts, keys and refusals, each spoilt in one way."""

from collections.abc import Callable

import pytest

from .scene import Scene, calculating, row

Spoil = Callable[[Scene], object]

NO_ROW = "an accepted request has no ledger row"
OTHER_ROWS = "an accepted request's ledger rows are not those of its indices"
UNEXPLAINED = "there are ledger rows that no accepted request explains"
LEFT_OTHERS = "a request of unknown outcome left rows other than its own, or a part of them"

ACCEPTED: dict[str, tuple[str, Spoil]] = {
    "keyed row lost": (NO_ROW, lambda scene: scene.rows.pop("key:one")),
    "row without a key lost": (NO_ROW, lambda scene: scene.rows.pop("request:a")),
    "row of another index": (
        OTHER_ROWS,
        lambda scene: scene.rows.update({"key:one": row(6)}),
    ),
    "range with a gap": (OTHER_ROWS, lambda scene: scene.rows.pop("key:range 11")),
    "range without its last": (OTHER_ROWS, lambda scene: scene.rows.pop("key:range last")),
    "row too many": (
        OTHER_ROWS,
        lambda scene: scene.rows.update({"key:one 5": row(5)}),
    ),
    "unsent key": (
        "a ledger row bears a key that nobody sent",
        lambda scene: scene.rows.update({"key:unsent": row(5)}),
    ),
    "key accepted twice": (
        "one Idempotency-Key was accepted for two different requests",
        lambda scene: scene.saw("request", 6, calculating(6), key="one"),
    ),
    "counted too little": (
        "the count of an index is not the number of its ledger rows",
        lambda scene: scene.uncounted.update({6: 1}),
    ),
    "counted too much": (
        "the count of an index is not the number of its ledger rows",
        lambda scene: scene.uncounted.subtract({6: 1}),
    ),
}

REFUSED: dict[str, tuple[str, Spoil]] = {
    "refused and counted": (
        "a definite refusal left a ledger row",
        lambda scene: scene.rows.update({"key:refused": row(5)}),
    ),
    "refused without a key and counted": (
        UNEXPLAINED,
        lambda scene: scene.rows.update({"request:c": row(6)}),
    ),
    "unknown outcome, other index": (
        LEFT_OTHERS,
        lambda scene: scene.rows.update({"key:lost": row(5)}),
    ),
    "unknown outcome, a row too many": (
        LEFT_OTHERS,
        lambda scene: scene.rows.update({"key:lost last": row(8)}),
    ),
    "bad request accepted": (
        "a request that no server may accept was accepted",
        lambda scene: scene.saw("bad", -1, status=201),
    ),
    "bad request made the server fail": (
        "a bad request made the server fail",
        lambda scene: scene.saw("bad", -1, status=500, problem="internal"),
    ),
}


@pytest.mark.parametrize(("what", "spoil"), ACCEPTED.values(), ids=ACCEPTED)
def test_an_accepted_request_is_counted_once(scene: Scene, what: str, spoil: Spoil) -> None:
    """A row or a count too few, too many or elsewhere breaks invariant 1, and no other."""
    spoil(scene)
    assert scene.breaches() == {(1, what)}


@pytest.mark.parametrize(("what", "spoil"), REFUSED.values(), ids=REFUSED)
def test_a_refused_request_is_not_counted(scene: Scene, what: str, spoil: Spoil) -> None:
    """A row that no accepted request explains breaks invariant 2, and no other."""
    spoil(scene)
    assert scene.breaches() == {(2, what)}


def test_an_unknown_outcome_may_have_left_nothing(scene: Scene) -> None:
    """A client that saw no answer may not have been counted."""
    del scene.rows["key:lost"]
    assert scene.breaches() == set()


def test_an_unknown_outcome_without_a_key_may_have_left_a_row(scene: Scene) -> None:
    """Of requests without a key only the number of rows tells."""
    scene.saw("request", 6, status=503, problem="outcome-unknown")
    scene.rows["request:c"] = row(6)
    assert scene.breaches() == set()


def test_a_key_may_be_repeated(scene: Scene) -> None:
    """The same request with the same key counts once, whatever came of its first try."""
    scene.saw("request", 8, calculating(8), key="lost")
    scene.saw("request", 9, status=422, problem="idempotency-key-reused", key="one")
    assert scene.breaches() == set()

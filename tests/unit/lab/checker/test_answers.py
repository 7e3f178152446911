"""Invariants 7, 13 and 14: values, whose answer is whose, and logs, each spoilt in one way."""

from collections.abc import Callable

import pytest

from fiblab.lab.checker.history import Item

from .scene import FIBONACCI, SECRET, Scene, calculating, done

Spoil = Callable[[Scene], object]

WRONG = "a value was served that is not F(n)"
OTHERS = "an answer speaks of other indices than its request"
NO_RECORD = "a log line is not one whole record"


def _ends(index: int, **changes: object) -> Item:
    text = str(FIBONACCI[index])
    told = {"digit_count": len(text), "leading": text[:3], "trailing": text[-3:]} | changes
    return Item(index, "done", "", **told)  # type: ignore[arg-type]


VALUES: dict[str, tuple[str, Spoil]] = {
    "another value": (WRONG, lambda scene: scene.saw("look_up", 5, Item(5, "done", "0" * 64))),
    "digits of another": (
        WRONG,
        lambda scene: scene.saw("digits", 5, Item(5, "done", done(6).digest)),
    ),
    "no value": (WRONG, lambda scene: scene.saw("look_up", 5, Item(5, "done"))),
    "other length": (
        WRONG,
        lambda scene: scene.saw("look_up", 60, _ends(60, digit_count=9)),
    ),
    "other beginning": (WRONG, lambda scene: scene.saw("look_up", 60, _ends(60, leading="155"))),
    "other end": (WRONG, lambda scene: scene.saw("look_up", 60, _ends(60, trailing="921"))),
    "kept with another length": (
        "a value is kept whose length is not that of F(n)",
        lambda scene: scene.digit_counts.update({7: 3}),
    ),
}

OWNERS: dict[str, tuple[str, Spoil]] = {
    "id of another": (
        "an answer bears the id of another request",
        lambda scene: scene.change(0, answered_id="r2"),
    ),
    "no id": ("an answer bears no request id", lambda scene: scene.change(0, answered_id="")),
    "another index": (OTHERS, lambda scene: scene.change(1, items=(calculating(7),))),
    "range cut short": (
        OTHERS,
        lambda scene: scene.change(3, items=(calculating(10), calculating(11))),
    ),
    "range out of order": (
        OTHERS,
        lambda scene: scene.change(3, items=(calculating(11), calculating(10), calculating(12))),
    ),
    "nothing told": (OTHERS, lambda scene: scene.change(1, items=())),
}

LOGS: dict[str, tuple[str, Spoil]] = {
    "crash output": (
        NO_RECORD,
        lambda scene: scene.logs.update({"worker-1.log": "Traceback (most recent call last):\n"}),
    ),
    "two records in a line": (
        NO_RECORD,
        lambda scene: scene.logs.update({"server-1.log.1": '{"event":"a"}{"event":"b"}\n'}),
    ),
    "no object": (NO_RECORD, lambda scene: scene.logs.update({"server-1.log": "[1]\n"})),
    "secret": (
        "a log shows a secret",
        lambda scene: scene.logs.update({"server-1.log": f'{{"event":"at {SECRET}"}}\n'}),
    ),
    "secret in a store's log": (
        "a log shows a secret",
        lambda scene: scene.logs.update({"postgres.log": f"connection to {SECRET}\n"}),
    ),
}


@pytest.mark.parametrize(("what", "spoil"), VALUES.values(), ids=VALUES)
def test_each_value_is_the_right_one(scene: Scene, what: str, spoil: Spoil) -> None:
    """A value that is not F(n) breaks invariant 7, and no other."""
    spoil(scene)
    assert scene.breaches() == {(7, what)}


@pytest.mark.parametrize(("what", "spoil"), OWNERS.values(), ids=OWNERS)
def test_each_answer_belongs_to_its_request(scene: Scene, what: str, spoil: Spoil) -> None:
    """Another's id, or other indices, break invariant 13, and no other."""
    spoil(scene)
    assert scene.breaches() == {(13, what)}


@pytest.mark.parametrize(("what", "spoil"), LOGS.values(), ids=LOGS)
def test_each_log_line_is_one_record(scene: Scene, what: str, spoil: Spoil) -> None:
    """A line that is no record, or shows a secret, breaks invariant 14, and no other."""
    spoil(scene)
    assert scene.breaches() == {(14, what)}


def test_the_ends_of_a_large_value_are_enough(scene: Scene) -> None:
    """An answer that shows only the ends of a value is compared by those."""
    scene.saw("look_up", 60, _ends(60))
    assert scene.breaches() == set()


def test_stores_write_logs_of_their_own_format(scene: Scene) -> None:
    """What Redis and PostgreSQL log is searched for secrets only."""
    scene.logs["redis.log"] = "1:M 24 Nov 2026 13:00:00.000 * Ready to accept connections\n"
    assert scene.breaches() == set()

"""A run in which every invariant holds has no breach, and its verdict says what was looked at."""

import json

from fiblab.lab.checker import check
from fiblab.lab.checker.verdict import SHOWN_LIMIT

from .scene import Scene


def test_a_clean_run_has_no_breach(scene: Scene) -> None:
    """Nothing that may happen in a run that goes well is taken for a breach."""
    verdict = check(scene.evidence())
    assert verdict.breaches == ()
    assert verdict.ok


def test_every_invariant_is_examined(scene: Scene) -> None:
    """The verdict tells of each of the 14 invariants what was looked at."""
    assert sorted(check(scene.evidence()).examined) == list(range(1, 15))


def test_breaches_of_one_kind_are_shown_up_to_a_limit(scene: Scene) -> None:
    """A verdict stays readable however much is wrong: the rest of a kind is counted."""
    scene.logs["worker-1.log"] = "Traceback\n" * (SHOWN_LIMIT + 5)
    breaches = check(scene.evidence()).breaches
    assert len(breaches) == SHOWN_LIMIT + 1
    assert breaches[-1].evidence == ("and 5 more of this kind",)


def test_a_verdict_is_written_as_json(scene: Scene) -> None:
    """Whoever reads the document finds each breach with its invariant and its evidence."""
    scene.uncounted[5] = 1
    document = json.loads(check(scene.evidence()).to_json())
    assert {breach["invariant"] for breach in document["breaches"]} == {1}
    assert all(breach["evidence"] for breach in document["breaches"])

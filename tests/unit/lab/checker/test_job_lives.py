"""Invariants 4, 5, 6, 9 and 10 in the event log, each spoilt by events that must not follow."""

import pytest

from fiblab.lab.checker.rules.job_lives import TRANSITIONS

from .scene import EVENT_STEP_MS, Scene

CLAIMED = ("enqueued/light", "claimed/1")
OTHER_WAYS: dict[str, tuple[int, str, tuple[str, ...]]] = {
    "enqueued twice": (9, "enqueued", ("enqueued/light", "enqueued/light")),
    "enqueued while leased": (9, "enqueued", (*CLAIMED, "enqueued/light")),
    "released twice": (9, "released", (*CLAIMED, "released", "released")),
    "completed twice": (5, "completed", (*CLAIMED, "completed", "completed")),
    "completed after its lease": (5, "completed", (*CLAIMED, "expired", "completed")),
    "claimed while leased": (5, "claimed", (*CLAIMED, "claimed/2")),
    "claimed while delayed": (5, "claimed", (*CLAIMED, "retrying/9", "claimed/2")),
    "claimed when gone": (5, "claimed", (*CLAIMED, "completed", "claimed/2")),
    "failed after its lease": (5, "retrying", (*CLAIMED, "expired", "retrying/9")),
    "expired when done": (5, "expired", (*CLAIMED, "completed", "expired")),
    "progress after its lease": (5, "progress", (*CLAIMED, "expired", "progress/0.5")),
    "due, never delayed": (4, "due", ("enqueued/light", "due")),
    "dead when done": (4, "dead", (*CLAIMED, "completed", "dead/failed")),
    "discarded alive": (4, "discarded", ("enqueued/light", "discarded")),
}


@pytest.mark.parametrize(("invariant", "kind", "events"), OTHER_WAYS.values(), ids=OTHER_WAYS)
def test_a_job_goes_only_the_ways_of_the_protocol(
    scene: Scene, invariant: int, kind: str, events: tuple[str, ...]
) -> None:
    """A transition from where the job was not breaks the invariant that forbids it, alone."""
    scene.happened(40, *events)
    assert scene.breaches() == {(invariant, TRANSITIONS[kind][3])}


def test_every_transition_has_a_wrong_way_here() -> None:
    """No kind of event goes without a test that it is judged."""
    assert {kind for _, kind, _ in OTHER_WAYS.values()} == TRANSITIONS.keys()


def test_an_unknown_event_is_a_breach(scene: Scene) -> None:
    """An event that the protocol does not know breaks invariant 4, and no other."""
    scene.happened(40, "vanished")
    assert scene.breaches() == {(4, "an event is of a kind that the protocol does not know")}


def test_only_the_holder_completes(scene: Scene) -> None:
    """A completion by a worker that did not claim the job breaks invariant 5, and no other."""
    scene.happened(40, *CLAIMED, worker="w1")
    scene.happened(40, "completed", worker="w2")
    assert scene.breaches() == {(5, "a job was completed by a worker that did not hold it")}


def test_a_lease_lasts(scene: Scene) -> None:
    """A lease that ends long before the visibility timeout breaks invariant 5, and no other."""
    scene.happened(40, *CLAIMED, "expired")
    *rest, claimed, expired = scene.events
    assert EVENT_STEP_MS > 1_000
    soon = f"{int(claimed.entry.partition('-')[0]) + 900}-0"
    scene.events = [*rest, claimed, type(expired)(1, soon, "expired", expired.jobs, "w1")]
    assert scene.breaches() == {(5, "a lease was ended before its time")}


def test_a_job_is_claimed_only_so_often(scene: Scene) -> None:
    """A fourth claim where three are allowed breaks invariant 6, and no other."""
    again = (f"claimed/{attempt}" for attempt in (2, 3, 4))
    scene.happened(40, *CLAIMED, *(kind for claim in again for kind in ("expired", claim)))
    assert scene.breaches() == {(6, "a job was claimed more often than allowed")}


def test_each_claim_counts(scene: Scene) -> None:
    """An attempt whose number is told again breaks invariant 6, and no other."""
    scene.happened(40, *CLAIMED, "expired", "claimed/1")
    what = "the number of an attempt is not how often its job was claimed"
    assert scene.breaches() == {(6, what)}


def test_an_ended_job_keeps_nobody_out(scene: Scene) -> None:
    """A record at the end, of a job that is done by its events, breaks invariant 10."""
    scene.ended(job_count=1, jobs=("5",), ready=("5",))
    what = "a job has ended, and its record still keeps new requests out"
    assert scene.breaches() == {(10, what), (12, "a job is left although all is settled")}


@pytest.mark.parametrize("before", [("enqueued/light",), CLAIMED, (*CLAIMED, "retrying/9")])
def test_what_redis_forgot_is_no_breach(scene: Scene, before: tuple[str, ...]) -> None:
    """In another epoch any event may be the first that is seen of a job."""
    scene.happened(40, *before)
    scene.happened(40, "enqueued/light", "claimed/1", "completed", epoch=2)
    scene.happened(41, "expired", "claimed/2", "completed", epoch=2)
    assert scene.breaches() == set()


def test_a_dead_job_may_live_again(scene: Scene) -> None:
    """Asked for again or requeued, a job begins with all its attempts."""
    scene.happened(90, "enqueued/heavy", "claimed/1", "completed")
    assert scene.breaches() == set()

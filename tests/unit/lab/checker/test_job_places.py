"""Invariants 4, 5 and 8 in a sample of the queue, each spoilt in one way."""

from collections.abc import Callable

import pytest

from fiblab.lab.checker.structure import Structure

from .scene import SAMPLE, Scene

Spoil = Callable[[Scene], object]

TWICE = "a job stands in two places"
ORPHAN = "a job stands in a place and has no record"
TIMES = "dead letters and their times disagree"

PLACES: dict[str, tuple[str, Spoil]] = {
    "ready twice": (TWICE, lambda scene: scene.sampled(ready=("20", "20"))),
    "ready and leased": (TWICE, lambda scene: scene.sampled(ready=("20", "21"))),
    "ready and delayed": (TWICE, lambda scene: scene.sampled(ready=("20", "22"))),
    "nowhere": (
        "a job has a record and stands in no place",
        lambda scene: scene.sampled(ready=()),
    ),
    "ready, no record": (ORPHAN, lambda scene: scene.sampled(ready=("20", "23"))),
    "delayed, no record": (ORPHAN, lambda scene: scene.sampled(delayed=("22", "23"))),
    "attempts, no record": (
        "attempts are counted of a job that has no record",
        lambda scene: scene.sampled(attempted=("21", "22", "23")),
    ),
    "progress, no lease": (
        "progress is kept of a job that nobody works on",
        lambda scene: scene.sampled(progressing=("20",)),
    ),
    "dead and ready": (
        "a dead letter is in the queue, too",
        lambda scene: scene.sampled(dead=("20",), reasons=("20",), died=("20",)),
    ),
    "reason, no dead letter": (
        "a reason has no dead letter",
        lambda scene: scene.sampled(reasons=("90", "91")),
    ),
    "dead at no time": (TIMES, lambda scene: scene.sampled(died=())),
    "time of no dead letter": (TIMES, lambda scene: scene.sampled(died=("90", "91"))),
}

HOLDS: dict[str, tuple[str, Spoil]] = {
    "lease without a nonce": (
        "a job is leased and no nonce says to whom",
        lambda scene: scene.sampled(nonces=()),
    ),
    "nonce without a lease": (
        "a nonce is live for a job that is not leased",
        lambda scene: scene.sampled(nonces=("20", "21")),
    ),
}


@pytest.mark.parametrize(("what", "spoil"), PLACES.values(), ids=PLACES)
def test_each_job_is_in_one_place(scene: Scene, what: str, spoil: Spoil) -> None:
    """Lists, sorted sets and records that disagree break invariant 4, and no other."""
    spoil(scene)
    assert scene.breaches() == {(4, what)}


@pytest.mark.parametrize(("what", "spoil"), HOLDS.values(), ids=HOLDS)
def test_leases_and_nonces_agree(scene: Scene, what: str, spoil: Spoil) -> None:
    """A lease that nobody can end, or a nonce that holds nothing, breaks invariant 5 alone."""
    spoil(scene)
    assert scene.breaches() == {(5, what)}


def test_the_queue_stays_within_its_bound(scene: Scene) -> None:
    """One job more than the bound, in one sample, breaks invariant 8, and no other."""
    scene.samples = [SAMPLE, _full(4), _full(5), SAMPLE]
    assert scene.breaches() == {(8, "the queue holds more jobs than its bound")}


def test_a_full_queue_is_no_breach(scene: Scene) -> None:
    """The bound itself may be reached."""
    scene.samples = [_full(4)]
    assert scene.breaches() == set()


def _full(count: int) -> Structure:
    jobs = tuple(str(job) for job in range(count))
    return Structure(1.0, count, 0, jobs=jobs, ready=jobs)

"""Invariants 4, 5, 6, 9 and 10 in the event log: each job's life, transition by transition.

    gone --enqueued--> ready --claimed--> leased --completed--> gone
                         ^                  |--released, expired--> ready
                         '---due--- delayed <--retrying--|--dead--> dead

What a job was before its first event of an epoch is unknown, and no transition is wrong then.
"""

from enum import StrEnum
from pathlib import Path

from fiblab.lab.checker.events import JobEvent, read_events
from fiblab.lab.checker.facts import RunFacts
from fiblab.lab.checker.structure import Structure
from fiblab.lab.checker.verdict import Findings

#: Share of a lease that must have passed when it ends: Redis stamps an entry a little later than it
#: read the script's clock, and on a busy machine that may be long.
LEAST_HELD_SHARE = 0.5


class State(StrEnum):
    """Where a job is, by its events."""

    UNKNOWN = "unknown"
    READY = "ready"
    LEASED = "leased"
    DELAYED = "delayed"
    DEAD = "dead"
    GONE = "gone"


#: For each kind of event: where the job must have been, where it is then, and what is wrong if it
#: was elsewhere, with the number of the invariant.
TRANSITIONS: dict[str, tuple[frozenset[State], State, int, str]] = {
    "enqueued": (
        *(frozenset({State.GONE, State.DEAD}), State.READY),
        *(9, "a job was enqueued that was in the queue already"),
    ),
    "claimed": (
        *(frozenset({State.READY}), State.LEASED),
        *(5, "a job was claimed that stood in no lane, or was leased"),
    ),
    "completed": (
        *(frozenset({State.LEASED}), State.GONE),
        *(5, "a job was completed that nobody held"),
    ),
    "released": (
        *(frozenset({State.LEASED}), State.READY),
        *(9, "a job was given back that nobody held"),
    ),
    "retrying": (
        *(frozenset({State.LEASED}), State.DELAYED),
        *(5, "an attempt failed that nobody held"),
    ),
    "expired": (
        *(frozenset({State.LEASED}), State.READY),
        *(5, "a lease expired that was not there"),
    ),
    "due": (
        *(frozenset({State.DELAYED}), State.READY),
        *(4, "a job became due that was not delayed"),
    ),
    "dead": (
        *(frozenset({State.READY, State.LEASED}), State.DEAD),
        *(4, "a job was given up that was not in the queue"),
    ),
    "progress": (
        *(frozenset({State.LEASED}), State.LEASED),
        *(5, "progress was told of a job that nobody held"),
    ),
    "discarded": (
        *(frozenset({State.DEAD}), State.GONE),
        *(4, "a dead letter was discarded that was not there"),
    ),
}


class _Life:
    """What is known of one job, from its enqueueing on."""

    __slots__ = ("claimant", "claimed_ms", "claims", "state")

    def __init__(self) -> None:
        self.state = State.UNKNOWN
        self.claims: int | None = None
        """Those that count; None where its beginning was not seen."""
        self.claimant = ""
        self.claimed_ms = 0


class JobLives:
    """Follows every job through the event log."""

    def __init__(self, facts: RunFacts, findings: Findings) -> None:
        self._facts = facts
        self._findings = findings
        self._lives: dict[str, _Life] = {}
        self._epoch = 0
        self._events = 0
        self._claims = 0

    def follow(self, path: Path) -> None:
        """Go through the events of a file."""
        for event in read_events(path):
            self._events += 1
            if event.epoch != self._epoch:
                self._epoch = event.epoch
                self._lives.clear()
            life = self._lives.setdefault(event.job, _Life())
            self._check_transition(event, life)
            self._check_hold(event, life)
            self._count(event, life)
        self._findings.examined(4, self._events, f"transitions in {self._epoch} epochs")
        self._findings.examined(5, self._events, "transitions")
        self._findings.examined(6, self._claims, "claims")
        self._findings.examined(9, self._events, "transitions")

    def check_end(self, structure: Structure) -> None:
        """Invariant 10: a job that ended holds nobody up who asks for it again."""
        for job in structure.jobs:
            life = self._lives.get(job)
            if life is not None and life.state in {State.GONE, State.DEAD}:
                what = "a job has ended, and its record still keeps new requests out"
                self._findings.breach(10, what, f"job {job}", f"by its events {life.state}")
        ended = sum(life.state in {State.GONE, State.DEAD} for life in self._lives.values())
        self._findings.examined(10, ended, "jobs that have ended")

    def _check_transition(self, event: JobEvent, life: _Life) -> None:
        if event.kind not in TRANSITIONS:
            what = "an event is of a kind that the protocol does not know"
            self._findings.breach(4, what, f"event {event.entry}", event.kind)
            return
        before, after, invariant, what = TRANSITIONS[event.kind]
        if life.state is not State.UNKNOWN and life.state not in before:
            self._breach(invariant, what, event, f"it was {life.state}")
        life.state = after

    def _check_hold(self, event: JobEvent, life: _Life) -> None:
        """Invariant 5: only the holder completes, and no lease ends before its time."""
        if event.kind == "claimed":
            life.claimant, life.claimed_ms = event.worker, event.at_ms
        elif event.kind == "completed" and event.worker and life.claimant:
            if event.worker != life.claimant:
                what = "a job was completed by a worker that did not hold it"
                self._breach(5, what, event, f"held by {life.claimant}", f"not {event.worker}")
        elif event.kind == "expired" and life.claimed_ms:
            held_ms = event.at_ms - life.claimed_ms
            if held_ms < self._facts.visibility_timeout_s * 1_000 * LEAST_HELD_SHARE:
                self._breach(5, "a lease was ended before its time", event, f"held {held_ms} ms")
        if event.kind not in {"claimed", "progress"}:
            life.claimant, life.claimed_ms = "", 0

    def _count(self, event: JobEvent, life: _Life) -> None:
        """Invariant 6: each claim counts at once, and there are no more than allowed."""
        if event.kind == "enqueued":
            life.claims = 0
        elif event.kind == "released" and life.claims is not None:
            life.claims -= 1
        elif event.kind == "claimed":
            self._claims += 1
            attempt = int(event.detail)
            life.claims = attempt if life.claims is None else life.claims + 1
            if life.claims != attempt:
                what = "the number of an attempt is not how often its job was claimed"
                self._breach(6, what, event, f"attempt {attempt}", f"claim {life.claims}")
            if max(life.claims, attempt) > self._facts.max_attempts:
                self._breach(6, "a job was claimed more often than allowed", event)

    def _breach(self, invariant: int, what: str, event: JobEvent, *more: str) -> None:
        evidence = (f"job {event.job}", f"event {event.entry}", *more)
        self._findings.breach(invariant, what, *evidence)

"""The queue as a learner would write it without Redis: dictionaries, lists and no clock.

It does what the protocol says, one method for each verb (of one job where order does not matter),
and answers what the verb must answer. Time passes only when a test says so: `let_pass`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from fiblab.queue import (
    Claimant,
    ClaimedJob,
    Enqueued,
    FailOutcome,
    Failure,
    Heartbeat,
    Job,
    JobState,
    Keys,
    Lease,
    Policy,
)

from .contents import Letter

#: Wake tokens that a lane keeps at most.
WAKE_TOKENS = 16

#: Why a job dies that was claimed too often.
WORKER_DIED = Failure(
    "worker_died", "Each worker that claimed this job died or lost its lease.", retryable=False
)

#: The kind of a transition, its job, and what there is to say of it.
Transition = tuple[str, str, str]


@dataclass(slots=True)
class ModelJob:
    """A job that is ready, leased or delayed."""

    lane: str
    payload: bytes
    state: JobState = JobState.READY
    attempts: int = 0
    nonce: str = ""
    progress: float | None = None
    over: int | None = None
    """How many-th of all leases and delays to be over its own was; None while it is not."""


@dataclass(slots=True)
class Death:
    """A dead letter, and when it died by the model's calls."""

    letter: Letter
    call: int


@dataclass(slots=True)
class QueueModel:
    """All that a queue knows."""

    keys: Keys
    policy: Policy
    jobs: dict[str, ModelJob] = field(default_factory=dict)
    ready: dict[str, list[str]] = field(init=False)
    """Lane -> waiting jobs, the next one first."""
    deaths: dict[str, Death] = field(default_factory=dict)
    last_claims: dict[str, tuple[str, tuple[str, ...]]] = field(default_factory=dict)
    wake: dict[str, int] = field(init=False)
    paused: bool = False
    transitions: list[Transition] = field(default_factory=list)
    _passed: int = 0  # leases and delays that are over
    _call: int = 0  # calls that may have buried jobs

    def __post_init__(self) -> None:
        self.ready = {lane: [] for lane in self.keys.lanes}
        self.wake = dict.fromkeys(self.keys.lanes, 0)

    # --- the verbs -------------------------------------------------------------------------------

    def enqueue(self, jobs: Sequence[Job]) -> list[Enqueued]:
        """Add all that are new, or none."""
        new = {job.id for job in jobs} - self.jobs.keys()
        if new and len(self.jobs) + len(new) > self.policy.bound:
            return [Enqueued.FULL] * len(jobs)
        return [self._enqueue_one(job) for job in jobs]

    def claim(self, claimant: Claimant, limit: int) -> list[ClaimedJob]:
        """Lease jobs, or give again what this claim holds; when they were enqueued is left out."""
        self._call += 1
        held = self._held_by_last_claim(claimant)
        if not held and not self.paused:
            held = self._claim_anew(claimant, limit)
        return [self._claimed(identity, self.jobs[identity]) for identity in held]

    def complete(self, lease: Lease) -> bool:
        """End a job, if it is held."""
        if not self.holds(lease):
            return False
        del self.jobs[lease.id]
        self._note("completed", lease.id)
        return True

    def heartbeat(self, beat: Heartbeat) -> bool:
        """Prolong a lease, if it is live."""
        if not self.holds(beat.lease):
            return False
        job = self.jobs[beat.lease.id]
        job.over, job.progress = None, beat.progress
        if beat.progress is not None:
            self._note("progress", beat.lease.id, f"{beat.progress:.3f}")
        return True

    def fail(self, lease: Lease, failure: Failure) -> FailOutcome:
        """Delay or bury a job that is held."""
        self._call += 1
        if not self.holds(lease):
            return FailOutcome.STALE
        job = self.jobs[lease.id]
        if not failure.retryable or job.attempts >= self.policy.max_attempts:
            self._bury(lease.id, failure)
            return FailOutcome.DEAD
        self._unlease(lease.id, JobState.DELAYED)
        self._note("retrying", lease.id)
        return FailOutcome.RETRYING

    def release(self, leases: Sequence[Lease]) -> list[bool]:
        """Put jobs that are held back at the head of their lanes, the first one foremost."""
        return [self._release_one(lease) for lease in reversed(leases)][::-1]

    def _release_one(self, lease: Lease) -> bool:
        if not self.holds(lease):
            return False
        self.jobs[lease.id].attempts -= 1
        self._make_ready(lease.id, at_head=True)
        self._wake(self.jobs[lease.id].lane)
        self._note("released", lease.id)
        return True

    def requeue(self, identity: str) -> Enqueued | None:
        """Start a dead letter anew."""
        if identity not in self.deaths:
            return None
        letter = self.deaths[identity].letter
        return self.enqueue([Job(identity, letter.lane, letter.payload)])[0]

    def discard(self, identity: str) -> bool:
        """Drop a dead letter."""
        if self.deaths.pop(identity, None) is None:
            return False
        self._note("discarded", identity)
        return True

    # --- time, and what can be seen --------------------------------------------------------------

    def let_pass(self, identity: str) -> int:
        """Let a job's lease or delay be over, later than all before it: gives that moment."""
        self._passed += 1
        self.jobs[identity].over = self._passed
        return self._passed

    def holds(self, lease: Lease) -> bool:
        """Whether the lease is live."""
        job = self.jobs.get(lease.id)
        return job is not None and job.state is JobState.LEASED and job.nonce == lease.nonce

    def in_state(self, state: JobState) -> dict[str, ModelJob]:
        """Give the jobs in a state."""
        return {identity: job for identity, job in self.jobs.items() if job.state is state}

    def by_death(self) -> list[str]:
        """Give the dead letters, the earliest first; those of one call by id."""
        return sorted(self.deaths, key=lambda identity: (self.deaths[identity].call, identity))

    # --- steps of the verbs ----------------------------------------------------------------------

    def _enqueue_one(self, job: Job) -> Enqueued:
        if job.id in self.jobs:
            return Enqueued.PENDING
        self.deaths.pop(job.id, None)
        self.jobs[job.id] = ModelJob(job.lane, job.payload)
        self.ready[job.lane].append(job.id)
        self._wake(job.lane)
        self._note("enqueued", job.id, job.lane)
        return Enqueued.ADDED

    def _held_by_last_claim(self, claimant: Claimant) -> list[str]:
        token, ids = self.last_claims.get(claimant.worker, ("", ()))
        if token != claimant.token:
            return []
        return [identity for identity in ids if self.holds(Lease(identity, token))]

    def _claimed(self, identity: str, job: ModelJob) -> ClaimedJob:
        return ClaimedJob(identity, job.lane, job.payload, job.nonce, job.attempts, enqueued_ms=0)

    def _claim_anew(self, claimant: Claimant, limit: int) -> list[str]:
        for identity in self._over(JobState.DELAYED):
            self._make_ready(identity, at_head=False)
            self._note("due", identity)
        for identity in reversed(self._over(JobState.LEASED)):
            self._make_ready(identity, at_head=True)
            self._note("expired", identity)
        held: list[str] = []
        for lane in claimant.lanes:
            while self.ready[lane] and len(held) < limit:
                identity = self.ready[lane].pop(0)
                if self._lease_one(identity, claimant.token):
                    held.append(identity)
        if held:
            self.last_claims[claimant.worker] = (claimant.token, tuple(held))
        return held

    def _over(self, state: JobState) -> list[str]:
        over = [(job.over, identity) for identity, job in self.in_state(state).items() if job.over]
        return [identity for _, identity in sorted(over)]

    def _lease_one(self, identity: str, token: str) -> bool:
        job = self.jobs[identity]
        if job.attempts >= self.policy.max_attempts:
            self._bury(identity, WORKER_DIED)
            return False
        job.attempts += 1
        job.state, job.nonce = JobState.LEASED, token
        self._note("claimed", identity, str(job.attempts))
        return True

    def _unlease(self, identity: str, state: JobState) -> None:
        job = self.jobs[identity]
        job.state, job.nonce, job.progress, job.over = state, "", None, None

    def _make_ready(self, identity: str, *, at_head: bool) -> None:
        self._unlease(identity, JobState.READY)
        lane = self.ready[self.jobs[identity].lane]
        lane.insert(0 if at_head else len(lane), identity)

    def _bury(self, identity: str, failure: Failure) -> None:
        job = self.jobs.pop(identity)
        letter = Letter(job.lane, job.payload, job.attempts, failure.category, failure.detail)
        self.deaths[identity] = Death(letter, self._call)
        self._note("dead", identity, failure.category)
        for oldest in self.by_death()[: -self.policy.dead_letter_cap]:
            del self.deaths[oldest]

    def _wake(self, lane: str) -> None:
        self.wake[lane] = min(self.wake[lane] + 1, WAKE_TOKENS)

    def _note(self, kind: str, identity: str, detail: str = "") -> None:
        self.transitions.append((kind, identity, detail))

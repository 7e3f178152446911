"""The state machine: random calls to the real queue and to the model, which must always agree.

Each call is made twice: the second must change nothing, and both must answer as the model does.
"""

from dataclasses import replace
from typing import ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
)

from fiblab.queue import (
    Claimant,
    ClaimedJob,
    Failed,
    FailOutcome,
    Failure,
    Heartbeat,
    Job,
    JobState,
    Keys,
    Lease,
    Policy,
)

from .pair import Disagreement, Pair

LANES = ("light", "heavy")
WORKERS = ("ada", "bob", "cyd")

#: More jobs than the bound takes, so that it is reached, and few, so that they meet again.
IDS = ("a", "b", "c", "d", "e", "f")

#: Small limits, which a few steps reach; no lease ends unless the machine lets it.
POLICY = Policy(visibility_timeout_ms=3_600_000, max_attempts=2, bound=4, dead_letter_cap=2)

jobs = st.builds(
    Job, st.sampled_from(IDS), st.sampled_from(LANES), st.sampled_from([b"", b"1 2\n\x00\xff"])
)
some_ids = st.lists(st.sampled_from(IDS), min_size=1, max_size=3)
workers = st.sampled_from(WORKERS)
lane_orders = st.sampled_from([("light", "heavy"), ("heavy", "light"), ("light",), ("heavy",)])
limits = st.integers(1, 3)
shares = st.sampled_from([None, 0.0, 0.25, 1.0])
failures = st.builds(
    Failure, st.sampled_from(["timeout", "memory"]), st.just('"no" \n / more'), st.booleans()
)


class QueueMachine(RuleBasedStateMachine):
    """A real queue and a model, and the rules by which workers and clients use them."""

    #: Where the server is: set by a subclass, for machines are made without arguments.
    url: ClassVar[str]

    claimants = Bundle("claimants")

    def __init__(self) -> None:
        super().__init__()
        self.pair = Pair(self.url, Keys(lanes=LANES), POLICY, WORKERS)
        self.queue, self.model = self.pair.live.queue, self.pair.model
        self.handed_out: list[Lease] = []
        """Leases that workers have got, live and stale."""
        self._tokens = 0

    def teardown(self) -> None:
        """End the connections."""
        self.pair.close()

    # --- clients ---------------------------------------------------------------------------------

    @rule(offered=st.lists(jobs, min_size=1, max_size=3))
    def enqueue(self, offered: list[Job]) -> None:
        """Offer jobs, as a client."""
        self.pair.twice(lambda: self.queue.enqueue(offered), lambda: self.model.enqueue(offered))

    @rule(ids=some_ids)
    def requeue(self, ids: list[str]) -> None:
        """Give dead letters, and jobs that are none, a new life."""
        self.pair.twice(
            lambda: self.queue.requeue(ids), lambda: [self.model.requeue(each) for each in ids]
        )

    @rule(ids=some_ids)
    def discard(self, ids: list[str]) -> None:
        """Drop dead letters, and jobs that are none."""
        self.pair.twice(
            lambda: self.queue.discard(ids), lambda: [self.model.discard(each) for each in ids]
        )

    @rule()
    def pause(self) -> None:
        """Pause the queue."""
        self.pair.twice(self.queue.pause, lambda: setattr(self.model, "paused", True))

    @precondition(lambda self: self.model.paused)
    @rule()
    def resume(self) -> None:
        """Resume it."""
        self.pair.twice(self.queue.resume, lambda: setattr(self.model, "paused", False))

    # --- workers ---------------------------------------------------------------------------------

    @rule(target=claimants, worker=workers, lanes=lane_orders, limit=limits, lost=st.booleans())
    def claim(self, worker: str, lanes: tuple[str, ...], limit: int, *, lost: bool) -> Claimant:
        """Claim; the reply may be lost."""
        claimant = self._fresh_claimant(worker, lanes)
        claimed = self._claim(claimant, limit)
        self.handed_out += [] if lost else [job.lease for job in claimed]
        return claimant

    @rule(claimant=claimants, limit=limits)
    def repeat_claim(self, claimant: Claimant, limit: int) -> None:
        """Repeat a claim as after a lost reply, perhaps late."""
        self.handed_out += [job.lease for job in self._claim(claimant, limit)]

    @rule(data=st.data())
    def complete(self, data: st.DataObject) -> None:
        """End jobs that are done."""
        leases = self._some_leases(data)
        self.pair.twice(
            lambda: self.queue.complete(leases),
            lambda: [self.model.complete(lease) for lease in leases],
        )

    @rule(target=claimants, worker=workers, lanes=lane_orders, limit=limits, data=st.data())
    def complete_and_claim(
        self, worker: str, lanes: tuple[str, ...], limit: int, data: st.DataObject
    ) -> Claimant:
        """End jobs that are done, and claim the next ones."""
        leases, claimant = self._some_leases(data), self._fresh_claimant(worker, lanes)

        async def really() -> tuple[list[bool], list[ClaimedJob]]:
            done, claimed = await self.queue.complete_and_claim(leases, claimant, limit)
            return done, _without_moments(claimed)

        def modelled() -> tuple[list[bool], list[ClaimedJob]]:
            done = [self.model.complete(lease) for lease in leases]
            return done, self.model.claim(claimant, limit)

        _, claimed = self.pair.twice(really, modelled)
        self.handed_out += [job.lease for job in claimed]
        return claimant

    @rule(data=st.data(), share=shares)
    def heartbeat(self, data: st.DataObject, share: float | None) -> None:
        """Show a sign of life."""
        beats = [Heartbeat(lease, share) for lease in self._some_leases(data)]
        self.pair.twice(
            lambda: self.queue.heartbeat(beats),
            lambda: [self.model.heartbeat(beat) for beat in beats],
        )

    @rule(data=st.data(), failure=failures)
    def fail(self, data: st.DataObject, failure: Failure) -> None:
        """Tell that an attempt failed."""
        lease = self._some_leases(data)[0]

        async def really() -> FailOutcome:
            failed = await self.queue.fail(lease, failure)
            _check_delay(failed)
            return failed.outcome

        self.pair.twice(really, lambda: self.model.fail(lease, failure))

    @rule(data=st.data())
    def release(self, data: st.DataObject) -> None:
        """Give jobs back, as a worker that shuts down."""
        leases = self._some_leases(data)
        self.pair.twice(lambda: self.queue.release(leases), lambda: self.model.release(leases))

    @rule(lane=st.sampled_from(LANES))
    def take_wake_token(self, lane: str) -> None:
        """Take a wake token, as a worker that dies right after."""
        self.pair.live.take_wake_token(lane)
        self.model.wake[lane] = max(self.model.wake[lane] - 1, 0)

    # --- time ------------------------------------------------------------------------------------

    @precondition(lambda self: self.model.in_state(JobState.LEASED))
    @rule(data=st.data())
    def end_lease(self, data: st.DataObject) -> None:
        """Let a visibility timeout pass."""
        identity = data.draw(st.sampled_from(sorted(self.model.in_state(JobState.LEASED))))
        self.pair.live.end_lease(identity, self.model.let_pass(identity))

    @precondition(lambda self: self.model.in_state(JobState.DELAYED))
    @rule(data=st.data())
    def make_due(self, data: st.DataObject) -> None:
        """Let a delay pass."""
        identity = data.draw(st.sampled_from(sorted(self.model.in_state(JobState.DELAYED))))
        self.pair.live.make_due(identity, self.model.let_pass(identity))

    # --- what must hold --------------------------------------------------------------------------

    @invariant()
    def queue_and_model_agree(self) -> None:
        """Redis holds, and the queue tells, what the model expects."""
        self.pair.compare(IDS)

    # --- what the rules share --------------------------------------------------------------------

    def _fresh_claimant(self, worker: str, lanes: tuple[str, ...]) -> Claimant:
        self._tokens += 1
        return Claimant(worker, lanes, f"token-{self._tokens}")

    def _claim(self, claimant: Claimant, limit: int) -> list[ClaimedJob]:
        async def really() -> list[ClaimedJob]:
            return _without_moments(await self.queue.claim(claimant, limit))

        return self.pair.twice(really, lambda: self.model.claim(claimant, limit))

    def _some_leases(self, data: st.DataObject) -> list[Lease]:
        """Draw leases: live ones, stale ones, and a nonce that nobody was given."""
        live = [lease for lease in dict.fromkeys(self.handed_out) if self.model.holds(lease)]
        stale = [lease for lease in dict.fromkeys(self.handed_out) if lease not in live]
        others = st.sampled_from([*stale, Lease(IDS[0], "never-given")])
        either = st.sampled_from(live) | others if live else others
        return data.draw(st.lists(either, min_size=1, max_size=3), label="leases")


def _check_delay(failed: Failed) -> None:
    if not 0 <= failed.retry_in_ms <= POLICY.backoff_cap_ms:
        raise Disagreement(f"a delay of {failed.retry_in_ms} ms")


def _without_moments(claimed: list[ClaimedJob]) -> list[ClaimedJob]:
    return [replace(job, enqueued_ms=0) for job in claimed]

"""The state machine: random calls to the real queue and to the model, which must always agree.

Each call is made twice: the second must change nothing, and both must answer as the model does.
"""

from typing import ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from fiblab.queue import Claimant, ClaimedJob, FailOutcome, Heartbeat, JobState, Keys, Lease

from . import draws
from .draws import IDS, LANES, POLICY, WORKERS, limits, now_and_then
from .model import QueueModel
from .pair import Disagreement, Pair, without_moments
from .steps import STEPS, DrawAny, step


class QueueMachine(RuleBasedStateMachine):
    """A real queue and a model, and the steps that clients, workers and time take with them.

    One rule takes all steps: among many rules hypothesis leaves some out of each run, so that
    few runs would come as far as a retry. It draws the first of several more often than the
    others, so what is seldom possible stands first.
    """

    #: Where the server is: set by a subclass, for machines are made without arguments.
    url: ClassVar[str]

    def __init__(self) -> None:
        super().__init__()
        self.pair = Pair(self.url, Keys(lanes=LANES), POLICY, WORKERS)
        self.queue = self.pair.live.queue
        self.handed_out: list[Lease] = []
        """Leases that workers have got, live and stale."""
        self.claimants: list[Claimant] = []
        self.saved = [self.pair.save()]

    @property
    def model(self) -> QueueModel:
        """What the queue should be like now."""
        return self.pair.model

    def teardown(self) -> None:
        """End the connections."""
        self.pair.close()

    @rule(data=st.data())
    def take_a_step(self, data: st.DataObject) -> None:
        """Take one of the steps that are possible."""
        possible = [taken for taken, is_possible in STEPS if is_possible(self)]
        data.draw(st.sampled_from(possible))(self, data.draw)

    # --- operators -------------------------------------------------------------------------------

    @step(lambda self: self.model.deaths and self._is_full(), times=4)
    @step(lambda self: self.model.deaths)
    def requeue(self, draw: DrawAny) -> None:
        """Give dead letters, and jobs that are none, a new life."""
        ids = self._some_dead(draw)
        self.pair.twice(
            lambda: self.queue.requeue(ids), lambda: [self.model.requeue(each) for each in ids]
        )

    @step(lambda self: self.model.deaths, times=2)
    def discard(self, draw: DrawAny) -> None:
        """Drop dead letters, and jobs that are none."""
        ids = self._some_dead(draw)
        self.pair.twice(
            lambda: self.queue.discard(ids), lambda: [self.model.discard(each) for each in ids]
        )

    @step(lambda self: self.model.jobs and not self.model.paused)
    def pause(self, _: DrawAny) -> None:
        """Pause the queue."""
        self.pair.twice(self.queue.pause, lambda: setattr(self.model, "paused", True))

    @step(lambda self: self.model.paused, times=5)
    def resume(self, _: DrawAny) -> None:
        """Resume the queue."""
        self.pair.twice(self.queue.resume, lambda: setattr(self.model, "paused", False))

    # --- time ------------------------------------------------------------------------------------

    @step(lambda self: self._pending(), times=4)
    def time_passes(self, draw: DrawAny) -> None:
        """Let visibility timeouts and delays be over; a worker may look right afterwards."""
        for identity in draw(st.lists(st.sampled_from(self._pending()), min_size=1)):
            self._let_pass(identity)
        if draw(st.booleans()):
            self.handed_out += self._claim(self._fresh_claimant(draw), draw(limits))

    # --- workers ---------------------------------------------------------------------------------

    @step(lambda self: any(self.model.ready.values()), times=4)
    def claim(self, draw: DrawAny) -> None:
        """Claim; the reply may be lost."""
        claimed = self._claim(self._fresh_claimant(draw), draw(limits))
        self.handed_out += [] if draw(now_and_then) else claimed

    @step(lambda self: self.claimants)
    def repeat_claim(self, draw: DrawAny) -> None:
        """Repeat a claim as after a lost reply, perhaps late."""
        late, latest = self.claimants, self.claimants[-len(WORKERS) :]
        claimant = draw(st.sampled_from(latest) | st.sampled_from(late))
        self.handed_out += self._claim(claimant, draw(limits))

    @step(lambda self: self.handed_out)
    def complete(self, draw: DrawAny) -> None:
        """End jobs that are done."""
        leases = self._some_leases(draw)
        self.pair.twice(
            lambda: self.queue.complete(leases),
            lambda: [self.model.complete(lease) for lease in leases],
        )

    @step(lambda self: self.handed_out)
    def complete_and_claim(self, draw: DrawAny) -> None:
        """End jobs that are done, and claim the next ones."""
        leases, claimant = self._some_leases(draw), self._fresh_claimant(draw)
        limit = draw(limits)

        async def really() -> tuple[list[bool], list[ClaimedJob]]:
            done, claimed = await self.queue.complete_and_claim(leases, claimant, limit)
            return done, without_moments(claimed)

        def modelled() -> tuple[list[bool], list[ClaimedJob]]:
            done = [self.model.complete(lease) for lease in leases]
            return done, self.model.claim(claimant, limit)

        _, claimed = self.pair.twice(really, modelled)
        self.handed_out += [job.lease for job in claimed]

    @step(lambda self: self._live(), times=2)
    def heartbeat(self, draw: DrawAny) -> None:
        """Show a sign of life, in time or when the lease is over and nobody has noticed."""
        beats = [Heartbeat(lease, draw(draws.shares)) for lease in self._some_leases(draw)]
        for beat in beats if draw(now_and_then) else ():
            if self.model.holds(beat.lease):
                self._let_pass(beat.lease.id)
        self.pair.twice(
            lambda: self.queue.heartbeat(beats),
            lambda: [self.model.heartbeat(beat) for beat in beats],
        )

    @step(lambda self: self._live(), times=3)
    def fail(self, draw: DrawAny) -> None:
        """Tell that an attempt failed."""
        lease, failure = self._some_leases(draw)[0], draw(draws.failures)

        async def really() -> FailOutcome:
            failed = await self.queue.fail(lease, failure)
            if not 0 <= failed.retry_in_ms <= POLICY.backoff_cap_ms:
                raise Disagreement(f"a delay of {failed.retry_in_ms} ms")
            return failed.outcome

        self.pair.twice(really, lambda: self.model.fail(lease, failure))

    @step(lambda self: self._live(), times=2)
    def release(self, draw: DrawAny) -> None:
        """Give jobs back, as a worker that shuts down."""
        leases = self._some_leases(draw)
        self.pair.twice(lambda: self.queue.release(leases), lambda: self.model.release(leases))

    @step(lambda self: any(self.model.wake.values()))
    def take_wake_token(self, draw: DrawAny) -> None:
        """Take a wake token, as a worker that dies right after."""
        lane = draw(st.sampled_from(LANES))
        self.pair.live.take_wake_token(lane)
        self.model.wake[lane] = max(self.model.wake[lane] - 1, 0)

    # --- accidents -------------------------------------------------------------------------------

    @step(lambda self: self.model.jobs)
    def save(self, _: DrawAny) -> None:
        """Let Redis write to its disk all that it holds."""
        self.saved.append(self.pair.save())

    @step(lambda self: self.model.jobs and self.saved)
    def roll_back(self, _: DrawAny) -> None:
        """Kill Redis: it comes back with what it had saved, which at first was nothing."""
        self.pair.roll_back(self.saved.pop())

    # --- clients ---------------------------------------------------------------------------------

    @step(lambda self: self.model.deaths and not self._is_full(), times=3)
    @step(times=3)
    def enqueue(self, draw: DrawAny) -> None:
        """Offer jobs, as a client; more often new ones than such as are there."""
        new = st.sampled_from([each for each in IDS if each not in self.model.jobs])
        ids = new | new | st.sampled_from(IDS)
        offered = draw(st.lists(draws.jobs(ids), min_size=1, max_size=2))
        self.pair.twice(lambda: self.queue.enqueue(offered), lambda: self.model.enqueue(offered))

    # --- what must hold --------------------------------------------------------------------------

    @invariant()
    def queue_and_model_agree(self) -> None:
        """Redis holds, and the queue tells, what the model expects."""
        self.pair.compare(IDS)

    # --- what the rules share --------------------------------------------------------------------

    def _fresh_claimant(self, draw: DrawAny) -> Claimant:
        token = f"token-{len(self.claimants)}"
        self.claimants.append(Claimant(draw(draws.workers), draw(draws.lane_orders), token))
        return self.claimants[-1]

    def _claim(self, claimant: Claimant, limit: int) -> list[Lease]:
        async def really() -> list[ClaimedJob]:
            return without_moments(await self.queue.claim(claimant, limit))

        claimed = self.pair.twice(really, lambda: self.model.claim(claimant, limit))
        return [job.lease for job in claimed]

    def _is_full(self) -> bool:
        return len(self.model.jobs) == POLICY.bound

    def _pending(self) -> list[str]:
        leased, delayed = map(self.model.in_state, (JobState.LEASED, JobState.DELAYED))
        return sorted(leased | delayed)

    def _let_pass(self, identity: str) -> None:
        delayed = identity in self.model.in_state(JobState.DELAYED)
        let_pass = self.pair.live.make_due if delayed else self.pair.live.end_lease
        let_pass(identity, self.model.let_pass(identity))

    def _some_dead(self, draw: DrawAny) -> list[str]:
        """Draw dead letters, and now and then what is none."""
        dead = st.sampled_from(sorted(self.model.deaths))
        ids: list[str] = draw(st.lists(dead | dead | st.sampled_from(IDS), min_size=1, max_size=3))
        return ids

    def _live(self) -> list[Lease]:
        return [lease for lease in dict.fromkeys(self.handed_out) if self.model.holds(lease)]

    def _some_leases(self, draw: DrawAny) -> list[Lease]:
        """Draw leases: live ones, stale ones, and a nonce that nobody was given."""
        live = self._live()
        stale = [lease for lease in dict.fromkeys(self.handed_out) if lease not in live]
        others = st.sampled_from([*stale, Lease(IDS[0], "never-given")])
        either = st.sampled_from(live) | others if live else others
        leases: list[Lease] = draw(st.lists(either, min_size=1, max_size=3))
        return leases

"""The queue: one typed method for each Lua script in `lua/`.

At-least-once delivery: a job may run twice, so its effect must bear that. Each
method is one atomic step on the server and may be repeated with the effect of
once, so a caller whose reply was lost (`ReplyLost`, `ReplyTimeout`) calls again.
Connection errors of `fiblab.redis` pass through unchanged.
"""

import random
import re
from collections.abc import Iterable, Sequence

from fiblab.queue import replies
from fiblab.queue.errors import InvalidJob
from fiblab.queue.keys import Keys
from fiblab.queue.policy import Policy
from fiblab.queue.states import (
    Claimant,
    ClaimedJob,
    DeadLetter,
    Depth,
    Enqueued,
    Event,
    Failed,
    Failure,
    Heartbeat,
    Job,
    JobPage,
    JobState,
    JobStatus,
    Lease,
    QueuedJob,
)
from fiblab.redis import Connection, Reply, Script, load_script

#: An id stands in a key-value event and in a space-separated list, so it is kept short and plain:
#: visible ASCII without `/`.
ID_LENGTH_LIMIT = 128
_ID = re.compile(rf"[!-.0-~]{{1,{ID_LENGTH_LIMIT}}}")

Argument = bytes | str | int


def _script(verb: str) -> Script:
    return load_script("fiblab.queue", verb)


class Queue:
    """One partition of the queue.

    It fails as its connection fails: definite where nothing was sent, indefinite
    where the reply was lost. A second queue object on the same keys is another
    client of the same queue.
    """

    def __init__(self, redis: Connection, keys: Keys, policy: Policy) -> None:
        self._redis = redis
        self.keys = keys
        self.policy = policy

    async def _run(
        self, script: Script, *arguments: Argument, extra_keys: Iterable[str] = ()
    ) -> Reply:
        return await script.run(
            self._redis, (*self.keys.all, *extra_keys), (*self.leading_arguments, *arguments)
        )

    @property
    def leading_arguments(self) -> tuple[str, int]:
        """The first two arguments of every script that includes the queue's parts."""
        return ",".join(self.keys.lanes), self.policy.event_cap

    async def enqueue(self, jobs: Sequence[Job]) -> list[Enqueued]:
        """Put jobs into their lanes: all of them or, where the bound would be passed, none.

        Raises InvalidJob, definite, for an id or lane that this queue does not take.
        """
        fields = [field for job in jobs for field in self._fields(job)]
        if not fields:
            return []
        return replies.enqueued(await self._run(_script("enqueue"), self.policy.bound, *fields))

    def _check_lane(self, lane: str) -> None:
        if lane not in self.keys.lanes:
            raise InvalidJob(f"lane {lane!r} is not one of {', '.join(self.keys.lanes)}")

    def _fields(self, job: Job) -> tuple[str, str, bytes]:
        self._check_lane(job.lane)
        if not _ID.fullmatch(job.id):
            raise InvalidJob(
                f"a job's id is 1 to {ID_LENGTH_LIMIT} visible ASCII characters without '/', "
                f"not {job.id[:ID_LENGTH_LIMIT]!r}"
            )
        return job.id, job.lane, job.payload

    async def claim(self, claimant: Claimant, limit: int) -> list[ClaimedJob]:
        """Lease up to `limit` jobs, in the claimant's order of lanes.

        Called again with the same claimant it returns what that claim still holds.
        Jobs come back here too: those due again, and those whose lease has expired.
        Raises InvalidJob, definite, for a lane that this queue does not have.
        """
        reply = await self._run(
            _script("claim"),
            *self._claim_arguments(claimant, limit),
            *claimant.lanes,
            extra_keys=[self.keys.claim(claimant.worker)],
        )
        return replies.claimed(reply, claimant.token)

    def _claim_arguments(self, claimant: Claimant, limit: int) -> tuple[Argument, ...]:
        for lane in claimant.lanes:
            self._check_lane(lane)
        return (
            claimant.worker,
            claimant.token,
            limit,
            self.policy.visibility_timeout_ms,
            self.policy.max_attempts,
            self.policy.dead_letter_cap,
            self.policy.backoff_cap_ms,
        )

    async def complete(self, leases: Sequence[Lease]) -> list[bool]:
        """End jobs that are done; False for one whose lease was lost, which changes nothing."""
        if not leases:
            return []
        return replies.flags(await self._run(_script("complete"), *_id_and_nonce(leases)))

    async def complete_and_claim(
        self, leases: Sequence[Lease], claimant: Claimant, limit: int
    ) -> tuple[list[bool], list[ClaimedJob]]:
        """Do `complete`, then `claim`, in one round trip: twice the rate at one job a call."""
        reply = await self._run(
            _script("complete_and_claim"),
            *self._claim_arguments(claimant, limit),
            len(claimant.lanes),
            *claimant.lanes,
            *_id_and_nonce(leases),
            extra_keys=[self.keys.claim(claimant.worker)],
        )
        outcomes, claimed = replies.pair(reply)
        return replies.flags(outcomes), replies.claimed(claimed, claimant.token)

    async def heartbeat(self, beats: Sequence[Heartbeat]) -> list[bool]:
        """Prolong leases by the visibility timeout; False for a lost one: abandon that job."""
        if not beats:
            return []
        fields = [
            field
            for beat in beats
            for field in (beat.lease.id, beat.lease.nonce, _share(beat.progress))
        ]
        reply = await self._run(_script("heartbeat"), self.policy.visibility_timeout_ms, *fields)
        return replies.flags(reply)

    async def fail(self, lease: Lease, failure: Failure) -> Failed:
        """End an attempt that failed: delayed with full jitter, or dead when it can't be retried.

        The delay is uniform between 0 and min(cap, base * 2^(attempt - 1)): Marc Brooker,
        "Exponential Backoff and Jitter", AWS Architecture Blog, 2015.
        """
        reply = await self._run(
            _script("fail"),
            lease.id,
            lease.nonce,
            failure.category,
            failure.detail,
            int(failure.retryable),
            self.policy.max_attempts,
            self.policy.backoff_base_ms,
            self.policy.backoff_cap_ms,
            repr(random.random()),  # noqa: S311 - spreads load; nothing secret hangs on it
            self.policy.dead_letter_cap,
        )
        return replies.failed(reply)

    async def release(self, leases: Sequence[Lease]) -> list[bool]:
        """Give jobs back unfinished, next in line, their attempt not counted; False if stale."""
        if not leases:
            return []
        return replies.flags(await self._run(_script("release"), *_id_and_nonce(leases)))

    async def requeue(self, ids: Sequence[str]) -> list[Enqueued | None]:
        """Give dead letters all their attempts anew; None where there is no such dead letter."""
        if not ids:
            return []
        return replies.requeued(await self._run(_script("requeue"), self.policy.bound, *ids))

    async def discard(self, ids: Sequence[str]) -> list[bool]:
        """Drop dead letters for good; False where there is no such dead letter."""
        if not ids:
            return []
        return replies.flags(await self._run(_script("discard"), *ids))

    async def status(self, ids: Sequence[str]) -> list[JobStatus]:
        """Tell where each job is."""
        if not ids:
            return []
        return replies.statuses(await self._run(_script("status"), *ids))

    async def job(self, identity: str) -> QueuedJob | None:
        """Tell all there is to tell of one job; None where the queue does not hold it."""
        return replies.described(await self._run(_script("describe"), identity))

    async def jobs(
        self, states: Sequence[JobState], lane: str | None, limit: int, offset: int = 0
    ) -> JobPage:
        """List at most `limit` jobs, state by state, after leaving out `offset`.

        Leased and delayed ones come by when that ends, ready ones as they will be claimed, dead
        ones the latest first. Raises InvalidJob, definite, for a lane that this queue lacks.
        """
        if lane is not None:
            self._check_lane(lane)
        reply = await self._run(_script("jobs"), offset, limit, lane or "", *states)
        return replies.job_page(reply)

    async def depth(self) -> Depth:
        """Tell how much waits where, at one instant."""
        reply = await self._run(_script("depth"))
        return replies.depth(reply, self.keys.lanes, self.policy.bound)

    async def dead_letters(self, limit: int = 100, offset: int = 0) -> list[DeadLetter]:
        """List at most `limit` dead letters, the latest first, after leaving out `offset`."""
        if limit < 1:
            return []
        return replies.dead_letters(await self._run(_script("dead_letters"), offset, limit))

    async def pause(self) -> None:
        """Stop claiming, in all workers; jobs in their hands go on."""
        await self._redis.execute("SET", self.keys.paused, 1)

    async def resume(self) -> None:
        """Claim again."""
        await self._redis.execute("DEL", self.keys.paused)

    async def events(self, after: str = "-", count: int = 1_000) -> list[Event]:
        """Read transitions that came after an event's id, at most `count` stream entries."""
        start = after if after == "-" else f"({after}"
        reply = await self._redis.execute("XRANGE", self.keys.events, start, "+", "COUNT", count)
        return replies.events(reply)


def _id_and_nonce(leases: Sequence[Lease]) -> list[str]:
    return [field for lease in leases for field in (lease.id, lease.nonce)]


def _share(progress: float | None) -> str:
    return "" if progress is None else f"{progress:.3f}"

"""Taking in a request: admitted, queued and counted, in this order, or refused and not counted.

    key known for another index? -> admit.lua: rate limit, value, job -> ledger commit -> answer

The order is deliberate: a full queue and a spent rate limit leave no row; a row without a job, or
a job without a row, harms nobody (the sweeper queues the one, the worker does the other once).
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from prometheus_client import Counter

from fiblab.fibonacci.job import FibonacciJob
from fiblab.server.believing import Believer
from fiblab.server.breaker import Breaker
from fiblab.server.cache_script import (
    MICROSECONDS,
    Admission,
    CacheScripts,
    Outcome,
    RateLimit,
)
from fiblab.server.exchange import RawHeaders
from fiblab.server.looking_up import FAIR_SHARE, FULL_RETRY_S, LookUp
from fiblab.server.problems import (
    IDEMPOTENCY_KEY_REUSED,
    QUEUE_FULL,
    RATE_LIMITED,
    Refusal,
    retry_after,
)
from fiblab.server.wire import FibonacciCalculating, RangeItem
from fiblab.storage import Ledger, LedgerEntry, LedgerIndefinite, LedgerUnavailable, Recorded


@dataclass(frozen=True, slots=True)
class Asking:
    """A request for some indices: one, or all of a range."""

    indices: Sequence[int]
    client: str
    ledger_id: str
    """What counts once: the client's key or, without one, an id of our own."""
    has_key: bool
    request_id: str
    traceparent: str

    def rows(self) -> list[str]:
        """Name the ledger row of each index: the first, the last and each between.

        A key which is used again for another range is noticed by its ends. No key has a space.
        """
        names = [f"{self.ledger_id} {index}" for index in self.indices]
        names[0], last = self.end_rows()
        if len(names) > 1:
            names[-1] = last
        return names

    def end_rows(self) -> tuple[str, str]:
        """Name the rows of the first index and, in a range, of the last."""
        return self.ledger_id, f"{self.ledger_id} last"

    def ends(self) -> tuple[int, int | None]:
        """Return the first index and, in a range, the last."""
        return self.indices[0], self.indices[-1] if len(self.indices) > 1 else None


@dataclass(frozen=True, slots=True)
class Taken:
    """A request that was counted: how each index stands, and what the client has left."""

    items: list[RangeItem]
    limits: RawHeaders


class Intake:
    """Takes in requests; see the module for the order of its steps."""

    def __init__(  # noqa: PLR0913 - one of each store, all by keyword
        self,
        *,
        scripts: CacheScripts,
        believer: Believer,
        look_up: LookUp,
        ledger: Ledger,
        redis_breaker: Breaker,
        postgres_breaker: Breaker,
        rate_limit: RateLimit,
        rate_limited: Counter,
    ) -> None:
        self._scripts = scripts
        self._believer = believer
        self._look_up = look_up
        self._ledger = ledger
        self._redis_breaker = redis_breaker
        self._postgres_breaker = postgres_breaker
        self._rate_limit = rate_limit
        self._rate_limited = rate_limited

    async def take_in(self, asking: Asking) -> Taken:
        """Count a request and see to it that its values will be there.

        Raises Refusal, KeyReused, BreakerOpen, RedisError or LedgerUnavailable where nothing was
        counted, LedgerIndefinite where it may have been.
        """
        if asking.has_key:
            await self._refuse_reused_key(asking)
        admission = await self._admit(asking)
        limits = self._limit_headers(admission)
        self._refuse_if_not_admitted(admission, limits)
        items = await self._stand(asking, admission)
        recorded = await self._count(asking, items)
        if asking.has_key and Recorded.REPLAYED in recorded:
            # Of another request, perhaps, that was counted since the key was looked up.
            await self._refuse_reused_key(asking)
        return Taken(items, limits)

    async def _refuse_reused_key(self, asking: Asking) -> None:
        """Find out what the key stands for, by both ends."""
        try:
            with self._postgres_breaker:
                recorded = await asyncio.gather(*map(self._ledger.find, asking.end_rows()))
        except LedgerIndefinite as error:
            raise LedgerUnavailable("Looking up a key records nothing.") from error
        if tuple(recorded) not in {(None, None), asking.ends()}:
            raise Refusal(IDEMPOTENCY_KEY_REUSED, IDEMPOTENCY_KEY_REUSED.advice)

    def _refuse_if_not_admitted(self, admission: Admission, limits: RawHeaders) -> None:
        if admission.outcome is Outcome.LIMITED:
            self._rate_limited.inc()
            wait = retry_after(admission.wait_us / MICROSECONDS)
            raise Refusal(RATE_LIMITED, RATE_LIMITED.advice, headers=[wait, *limits])
        if admission.outcome is Outcome.FULL:
            wait = retry_after(FULL_RETRY_S)
            raise Refusal(QUEUE_FULL, QUEUE_FULL.advice, headers=[wait, *limits])

    async def _admit(self, asking: Asking) -> Admission:
        jobs = [
            FibonacciJob(index, asking.request_id, asking.traceparent) for index in asking.indices
        ]
        with self._redis_breaker:
            return await self._scripts.admit(asking.client, jobs)

    async def _stand(self, asking: Asking, admission: Admission) -> list[RangeItem]:
        """Verify what was there; what is corrupt is calculated again."""
        items: list[RangeItem] = []
        for index, value in zip(asking.indices, admission.values, strict=True):
            if len(items) % FAIR_SHARE == FAIR_SHARE - 1:
                await asyncio.sleep(0)  # everyone else has a turn
            if value is None:
                self._believer.miss()
                items.append(FibonacciCalculating(index))
            else:
                done = await self._believer.believe(index, value)
                items.append(done or await self._look_up.enqueue_again(index))
        return items

    async def _count(self, asking: Asking, items: Sequence[RangeItem]) -> list[Recorded]:
        entries = [
            LedgerEntry(row, item.index, done=not isinstance(item, FibonacciCalculating))
            for row, item in zip(asking.rows(), items, strict=True)
        ]
        with self._postgres_breaker:
            return await self._ledger.record(entries)

    def _limit_headers(self, admission: Admission) -> RawHeaders:
        """Write the fields of draft-ietf-httpapi-ratelimit-headers."""
        limit = self._rate_limit
        if not limit.interval_us:
            return []
        left = max(0, limit.burst - -(-admission.debt_us // limit.interval_us))
        window = max(1, -(-limit.burst * limit.interval_us // MICROSECONDS))
        reset = -(-admission.debt_us // MICROSECONDS)
        return [
            (b"ratelimit-policy", b'"client";q=%d;w=%d' % (limit.burst, window)),
            (b"ratelimit", b'"client";r=%d;t=%d' % (left, reset)),
        ]

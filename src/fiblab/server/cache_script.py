"""`admit.lua` and `look_up.lua` as typed methods: one round trip to Redis for each request."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from fiblab.fibonacci.digits import digit_count
from fiblab.fibonacci.job import FibonacciJob, lane_of
from fiblab.queue import JobStatus, Queue
from fiblab.queue.replies import status
from fiblab.redis import Connection, Reply, load_script
from fiblab.server.wire import INLINE_DIGITS_LIMIT
from fiblab.storage import ValueKeys

MICROSECONDS = 1_000_000

Argument = bytes | str | int


class Outcome(IntEnum):
    """What became of a request; the codes are those of `admit.lua`."""

    LIMITED = 0
    """The client has spent its rate limit: nothing changed."""
    KNOWN = 1
    """All values are there."""
    CALCULATING = 2
    """What is missing is in the queue now."""
    FULL = 3
    """The queue's bound would be passed: nothing was queued."""


class TooLarge:
    """Stands for a value that is there, and is not read because it is too large for JSON."""


TOO_LARGE = TooLarge()

Value = str | TooLarge
"""A value's text, not verified yet, or the news that a large one exists."""


@dataclass(frozen=True, slots=True)
class RateLimit:
    """How many requests a client may make: `burst` at once, `per_s` a second on; 0: no limit."""

    per_s: int
    burst: int

    @property
    def interval_us(self) -> int:
        """How long it takes to earn one request."""
        return max(1, MICROSECONDS // self.per_s) if self.per_s else 0


@dataclass(frozen=True, slots=True)
class Admission:
    """The answer of `admit`."""

    outcome: Outcome
    wait_us: int
    """Until as much would be allowed, where it was not."""
    debt_us: int
    """Until all that the client has spent is earned again."""
    values: list[Value | None]
    """One for each index, None where it is missing; empty for a refusal."""


class CacheScripts:
    """Runs both scripts over the queue's keys and the values'."""

    def __init__(  # noqa: PLR0913 - the clients, then numbers by keyword
        self,
        redis: Connection,
        queue: Queue,
        value_keys: ValueKeys,
        *,
        dense_max_index: int,
        light_max_index: int,
        rate_limit: RateLimit,
    ) -> None:
        self._redis = redis
        self._bound = queue.policy.bound
        self._queue_keys = queue.keys.all
        self._rate_prefix = f"{queue.keys.tag}:rate:"
        self._leading = queue.leading_arguments
        self._value_keys = value_keys
        self._dense_max_index = dense_max_index
        self._light_max_index = light_max_index
        self._rate_limit = rate_limit
        self._admit = load_script("fiblab.server", "admit")
        self._look_up = load_script("fiblab.server", "look_up")

    def _kind(self, index: int) -> str:
        if index <= self._dense_max_index:
            return "dense"
        return "text" if digit_count(index) <= INLINE_DIGITS_LIMIT else "large"

    def _keys_of(self, indices: Sequence[int]) -> list[str]:
        beyond = (index for index in indices if index > self._dense_max_index)
        return [self._value_keys.dense, *map(self._value_keys.large, beyond)]

    async def admit(self, client: str, jobs: Sequence[FibonacciJob]) -> Admission:
        """Take in a request for all jobs' values or refuse it whole.

        Fails as the connection does; after an indefinite failure some of the jobs' values may be
        in the queue already, where they harm nobody.
        """
        limit = self._rate_limit
        cost = min(len(jobs), limit.burst)
        arguments: list[Argument] = [
            *self._leading,
            self._bound,
            limit.interval_us,
            limit.burst,
            cost,
        ]
        for job in jobs:
            lane = lane_of(job.index, self._light_max_index)
            arguments += (job.id, lane, job.encode(), self._kind(job.index))
        values = self._keys_of([job.index for job in jobs])
        keys = [*self._queue_keys, self._rate_prefix + client, *values]
        return _admission(await self._admit.run(self._redis, keys, arguments))

    async def look_up(self, indices: Sequence[int]) -> list[Value | JobStatus]:
        """Tell how each index stands; fails as the connection does."""
        arguments: list[Argument] = [*self._leading]
        for index in indices:
            arguments += (index, self._kind(index))
        keys = [*self._queue_keys, *self._keys_of(indices)]
        reply = await self._look_up.run(self._redis, keys, arguments)
        assert isinstance(reply, list)  # noqa: S101 - look_up.lua always returns a table
        return [status(item) if isinstance(item, list) else _value(item) for item in reply]


def _admission(reply: Reply) -> Admission:
    assert isinstance(reply, list)  # noqa: S101 - admit.lua always returns a table
    outcome, wait_us, debt_us, *values = reply
    assert isinstance(outcome, int)  # noqa: S101 - as admit.lua's header says
    assert isinstance(wait_us, int)  # noqa: S101 - the same
    assert isinstance(debt_us, int)  # noqa: S101 - the same
    read = [None if value is None else _value(value) for value in values]
    return Admission(Outcome(outcome), wait_us, debt_us, read)


def _value(item: Reply) -> Value:
    """Read one value; what is not even ASCII is left for verification to refuse."""
    return item.decode("ascii", "replace") if isinstance(item, bytes) else TOO_LARGE

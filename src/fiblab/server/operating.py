"""What an operator's calls do to the queue, guarded, and honest where a reply was lost."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from fiblab.queue import Queue
from fiblab.redis import ReplyLost
from fiblab.server.breaker import Breaker
from fiblab.server.operator_gate import OperatorGate
from fiblab.server.problems import CHANGE_UNKNOWN, Refusal, retry_after
from fiblab.server.refusals import STORE_RETRY_S

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Operating:
    """The queue in an operator's hands."""

    gate: OperatorGate
    queue: Queue
    redis_breaker: Breaker
    max_index: int
    body_limit_bytes: int

    async def look(self, at: Callable[[Queue], Awaitable[T]]) -> T:
        """Read; raises BreakerOpen or RedisError."""
        with self.redis_breaker:
            return await at(self.queue)

    async def change(self, change: Callable[[Queue], Awaitable[T]]) -> T:
        """Change; raises BreakerOpen or RedisError, definite, and Refusal where it may be done.

        Ask the gate first.
        """
        try:
            return await self.look(change)
        except ReplyLost:
            wait = retry_after(STORE_RETRY_S)
            raise Refusal(CHANGE_UNKNOWN, CHANGE_UNKNOWN.advice, headers=[wait]) from None

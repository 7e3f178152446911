"""What the system sends to Redis for a call: written by its own code, and caught on the way.

So a change of a script's arguments needs no change here, and none can be forgotten.
"""

from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, Never, cast

from fiblab.fibonacci.job import FibonacciJob
from fiblab.lab.exploration.calls import Call
from fiblab.lab.exploration.scope import Limits
from fiblab.queue import Claimant, Failure, Heartbeat, Job, Keys, Lease, Policy, Queue
from fiblab.server.cache_script import CacheScripts, RateLimit
from fiblab.storage import ValueKeys

if TYPE_CHECKING:
    from fiblab.redis import Connection

#: The only lane: where a job stands is what counts, not in which lane.
LANE = "light"

KEYS = Keys(prefix="explored", lanes=(LANE,))

VALUE_KEYS = ValueKeys(KEYS.tag)

#: So long that nothing ends by itself: that a lease or a delay is over is a step of its own, ms.
AN_HOUR_MS = 3_600_000

#: Entries that the event stream keeps; the explorer reads none.
EVENT_CAP = 100


class _CaughtError(Exception):
    """A command on its way to Redis."""

    def __init__(self, *command: bytes | str | int) -> None:
        self.command = command


class _Catcher:
    """Stands where a connection stands, and lets nothing through."""

    async def execute(self, *command: bytes | str | int) -> Never:
        raise _CaughtError(*command)


class Sender:
    """Makes KEYS and ARGV of calls, by the numbers of a scope."""

    def __init__(self, limits: Limits) -> None:
        catcher = cast("Connection", _Catcher())
        policy = Policy(
            visibility_timeout_ms=AN_HOUR_MS,
            max_attempts=limits.max_attempts,
            bound=limits.bound,
            backoff_base_ms=AN_HOUR_MS,
            backoff_cap_ms=AN_HOUR_MS,
            event_cap=EVENT_CAP,
            dead_letter_cap=limits.dead_letter_cap,
        )
        self._queue = Queue(catcher, KEYS, policy)
        self._scripts = CacheScripts(
            catcher,
            self._queue,
            VALUE_KEYS,
            dense_max_index=0,
            light_max_index=1_000,
            rate_limit=RateLimit(per_s=0, burst=1),
        )

    def keys_and_arguments(self, call: Call) -> tuple[int, list[bytes | str | int]]:
        """Give the number of keys, and keys and arguments as they go over the wire."""
        sending = self._sending(call)
        try:
            sending.send(None)
        except _CaughtError as caught:
            _, _, keys, *rest = caught.command
            return int(keys), rest
        finally:
            sending.close()
        raise AssertionError(f"nothing was sent for {call}")

    def _sending(self, call: Call) -> Coroutine[Any, Any, object]:
        queue, leases = self._queue, [Lease(job, nonce) for job, nonce in call.leases]
        claimant = Claimant(str(call.worker), (LANE,), call.token)
        failure = Failure("explored", "", retryable=call.is_retryable)
        send: dict[str, Callable[[], Coroutine[Any, Any, object]]] = {
            "admit": lambda: self._scripts.admit("client", [FibonacciJob(int(call.job))]),
            "complete_and_claim": lambda: queue.complete_and_claim(leases, claimant, 1),
            "complete": lambda: queue.complete(leases),
            "heartbeat": lambda: queue.heartbeat([Heartbeat(lease, 0.5) for lease in leases]),
            "release": lambda: queue.release(leases),
            "fail": lambda: queue.fail(leases[0], failure),
            "enqueue": lambda: queue.enqueue([Job(call.job, LANE)]),
            "status": lambda: queue.status([call.job]),
            "requeue": lambda: queue.requeue([call.job]),
            "discard": lambda: queue.discard([call.job]),
        }
        return send[call.verb]()

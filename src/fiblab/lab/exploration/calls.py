"""One call of a script: what a client, worker or sweeper sends to Redis."""

from dataclasses import dataclass
from typing import NamedTuple

from fiblab.queue import Keys

#: The only lane: where a job stands is what counts, not in which lane.
LANE = "light"

KEYS = Keys(prefix="explored", lanes=(LANE,))

#: So long that nothing ends by itself: that a lease or a delay is over is a step of its own, ms.
AN_HOUR_MS = 3_600_000

#: Entries that the event stream keeps; the explorer reads none.
EVENT_CAP = 100


class Call(NamedTuple):
    """A script's name, whose claim it names (0: none), its arguments, and what it presents."""

    verb: str
    worker: int
    arguments: tuple[str, ...]
    leases: tuple[tuple[str, str], ...] = ()
    """Job and nonce of each lease presented."""
    token: str = ""
    """The nonce under which it claims."""
    is_retryable: bool = True
    """Of a failure."""

    def __str__(self) -> str:
        shown = [f"{job} held by {nonce}" for job, nonce in self.leases]
        if self.token:
            shown.append(f"as {self.token}")
        return f"{self.verb}({', '.join(shown) or ', '.join(self.arguments)})"


@dataclass(frozen=True, slots=True)
class Limits:
    """The numbers of the queue, as small as they can be and still matter."""

    max_attempts: int = 2
    bound: int = 2
    dead_letter_cap: int = 1


def admit(job: str, limits: Limits) -> Call:
    """Request a value; there is no rate limit."""
    return Call("admit", 0, (job, str(limits.bound)))


def enqueue(job: str, limits: Limits) -> Call:
    """Queue a job that Redis has lost."""
    return Call("enqueue", 0, (str(limits.bound), job, LANE, ""))


def claim(worker: int, token: str, done: tuple[tuple[str, str], ...], limits: Limits) -> Call:
    """End what is done and claim one job."""
    numbers = ("1", AN_HOUR_MS, limits.max_attempts, limits.dead_letter_cap, 1, LANE)
    presented = [part for lease in done for part in lease]
    arguments = (str(worker), token, *map(str, numbers), *presented)
    return Call("complete_and_claim", worker, arguments, done, token)


def complete(lease: tuple[str, str]) -> Call:
    """End a job that is done, and claim none."""
    return Call("complete", 0, lease, (lease,))


def heartbeat(lease: tuple[str, str]) -> Call:
    """Prolong a lease."""
    return Call("heartbeat", 0, (str(AN_HOUR_MS), *lease, "0.500"), (lease,))


def release(lease: tuple[str, str]) -> Call:
    """Give a job back."""
    return Call("release", 0, lease, (lease,))


def fail(lease: tuple[str, str], *, retryable: bool, limits: Limits) -> Call:
    """Tell that an attempt failed: the delay is an hour."""
    category = "dependency" if retryable else "wrong_value"
    numbers = (int(retryable), limits.max_attempts, AN_HOUR_MS, AN_HOUR_MS, 1)
    arguments = (*lease, category, "explored", *map(str, numbers), str(limits.dead_letter_cap))
    return Call("fail", 0, arguments, (lease,), is_retryable=retryable)


def status(job: str) -> Call:
    """Ask where a job is."""
    return Call("status", 0, (job,))


def requeue(job: str, limits: Limits) -> Call:
    """Give a dead letter a new life."""
    return Call("requeue", 0, (str(limits.bound), job))


def discard(job: str) -> Call:
    """Drop a dead letter."""
    return Call("discard", 0, (job,))


def keys_and_arguments(call: Call) -> tuple[list[str], list[str | int]]:
    """Give KEYS and ARGV as the system itself sends them."""
    leading: list[str | int] = [LANE, EVENT_CAP]
    if call.verb == "admit":
        job, bound = call.arguments
        keys = [f"{KEYS.tag}:rate:client", f"{KEYS.tag}:values", value_key(int(job))]
        arguments: list[str | int] = [bound, 0, 1, 1, job, LANE, "", "text"]
        return [*KEYS.all, *keys], [*leading, *arguments]
    keys = [KEYS.claim(str(call.worker))] if call.worker else []
    return [*KEYS.all, *keys], [*leading, *call.arguments]


def value_key(number: int) -> str:
    """Give the key of a value."""
    return f"{KEYS.tag}:value:{number}"

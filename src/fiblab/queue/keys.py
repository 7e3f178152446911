"""Every Redis key of one queue partition, built here and nowhere else.

All of them carry one hash tag, so that each script runs on a single node of a
Redis Cluster. `lua/parts/keys.lua` names the same keys in the same order; a
test holds the two against each other.
"""

from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True)
class Keys:
    """The keys of one partition; `all` is what each script receives as KEYS."""

    prefix: str = "fiblab"
    partition: int = 0
    lanes: tuple[str, ...] = ("light", "heavy")

    def __post_init__(self) -> None:
        """Refuse lanes that could not be told apart in a record or a key."""
        for lane in self.lanes:
            if not lane.isidentifier():
                message = f"a lane's name is a word of letters, digits and _, not {lane!r}"
                raise ValueError(message)

    @cached_property
    def tag(self) -> str:
        """The hash tag that keeps the partition on one node."""
        return f"{{{self.prefix}:{self.partition}}}"

    def _key(self, name: str) -> str:
        return f"{self.tag}:{name}"

    @cached_property
    def job(self) -> str:
        """Hash: job id -> record. Its fields are the jobs that are ready, leased or delayed."""
        return self._key("job")

    @cached_property
    def attempts(self) -> str:
        """Hash: job id -> how often it was claimed."""
        return self._key("attempts")

    @cached_property
    def nonce(self) -> str:
        """Hash: job id -> the nonce of the claim that holds it."""
        return self._key("nonce")

    @cached_property
    def leases(self) -> str:
        """Sorted set: job id -> when its lease ends, in ms."""
        return self._key("leases")

    @cached_property
    def delayed(self) -> str:
        """Sorted set: job id -> when it is due again, in ms."""
        return self._key("delayed")

    @cached_property
    def progress(self) -> str:
        """Hash: job id -> share done, as its worker last said."""
        return self._key("progress")

    @cached_property
    def dead(self) -> str:
        """Hash: job id -> the record of a dead letter, as it was in `job`."""
        return self._key("dead")

    @cached_property
    def reason(self) -> str:
        """Hash: job id -> why it died, as JSON."""
        return self._key("reason")

    @cached_property
    def dead_by_time(self) -> str:
        """Sorted set: job id -> when it died, in ms."""
        return self._key("dead-by-time")

    @cached_property
    def events(self) -> str:
        """Stream: every transition, trimmed."""
        return self._key("events")

    @cached_property
    def paused(self) -> str:
        """String: present while claiming is paused."""
        return self._key("paused")

    @cached_property
    def workers(self) -> str:
        """Hash, with TTL: a worker -> when it was seen, in ms, and what it says of itself."""
        return self._key("workers")

    def ready(self, lane: str) -> str:
        """Give the list of ids that wait in a lane, the next one at its right end."""
        return self._key(f"ready:{lane}")

    def wake(self, lane: str) -> str:
        """Give the list of tokens that wake workers which wait for a lane; it never holds jobs."""
        return self._key(f"wake:{lane}")

    def claim(self, worker: str) -> str:
        """Give the string, with TTL, that keeps a worker's last claim for its retry."""
        return self._key(f"claim:{worker}")

    @cached_property
    def all(self) -> tuple[str, ...]:
        """KEYS of every script, in the order of `lua/parts/keys.lua`."""
        fixed = (
            self.job,
            self.attempts,
            self.nonce,
            self.leases,
            self.delayed,
            self.progress,
            self.dead,
            self.reason,
            self.dead_by_time,
            self.events,
            self.paused,
        )
        by_lane = ((self.ready(lane), self.wake(lane)) for lane in self.lanes)
        return (*fixed, *(key for pair in by_lane for key in pair))

"""Which calls come, and how often: drawn from a seed, so that a run's load can be had again."""

import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from fiblab.lab.chaos.load import calls
from fiblab.lab.chaos.load.calls import Call


@dataclass(frozen=True, slots=True)
class Indices:
    """Which indices the load uses: each range has its own kind of work behind it."""

    dense: range = range(1_001)
    """Kept whole by the cache, computed by steps from the largest one known."""
    light: range = range(1_001, 10_001)
    """Computed in the worker's own process, dropped from the cache after their TTL."""
    canary: range = range(10_001, 20_001)
    """Asked for around each fault, to see when the system serves again; the mix leaves them."""
    heavy: range = range(20_001, 60_001)
    """Computed in a child process, kept in PostgreSQL."""
    poison: int = 100_000_000
    """Takes longer than the time limit: becomes a dead letter after the last attempt."""


#: How often each kind of call comes, out of their sum.
WEIGHTS: dict[str, float] = {
    "dense": 55,
    "light": 20,
    "heavy": 0.2,
    "range": 2,
    "repeat": 2,
    "reused key": 0.5,
    "rude": 1,
    "look up": 13,
    "look up a range": 2,
    "digits": 1,
    "mistake": 3,
}

#: Requests that a client remembers, to repeat them or to look for their values.
REMEMBERED = 256
#: Indices in one range at most: a page shows some forty.
RANGE_LENGTH = 41
#: Seconds after which a rude client goes away; many answers take about as long.
RUDE_AFTER_S = (0.0005, 0.02)
#: Share of the requests that bear an Idempotency-Key.
KEYED = 0.5

Draw = Callable[[], Call]


class Mix:
    """Draws the calls of one client."""

    def __init__(self, seed: str, indices: Indices) -> None:
        self._random = random.Random(seed)  # noqa: S311 - a load to be had again, no secret
        self._indices = indices
        self._asked: deque[Call] = deque(maxlen=REMEMBERED)
        self._kinds = list(WEIGHTS)
        self._weights = list(WEIGHTS.values())
        self._draws: dict[str, Draw] = {
            "dense": lambda: self._request(self._indices.dense),
            "light": lambda: self._request(self._indices.light),
            "heavy": lambda: self._request(self._indices.heavy),
            "range": self._range,
            "repeat": self._repeat,
            "reused key": self._reused_key,
            "rude": self._rude,
            "look up": lambda: calls.look_up(self._known_index()),
            "look up a range": lambda: calls.look_up_range(*self._ends()),
            "digits": lambda: calls.digits(self._known_index()),
            "mistake": lambda: self._random.choice(calls.MISTAKES),
        }

    def draw(self) -> Call:
        """Draw the next call."""
        (kind,) = self._random.choices(self._kinds, self._weights)
        return self._draws[kind]()

    def _request(self, among: range) -> Call:
        key = self._key() if self._random.random() < KEYED else ""
        return self._remember(calls.request(self._random.choice(among), key))

    def _range(self) -> Call:
        return self._remember(calls.request_range(*self._ends(), self._key()))

    def _ends(self) -> tuple[int, int]:
        first = self._random.randrange(0, self._indices.light.stop - RANGE_LENGTH)
        return first, first + self._random.randrange(1, RANGE_LENGTH)

    def _repeat(self) -> Call:
        """Send a request again that has been sent before, with its key."""
        keyed = [call for call in self._asked if call.key]
        return self._random.choice(keyed) if keyed else self._request(self._indices.dense)

    def _reused_key(self) -> Call:
        """Use a key for another index than its own, which must be refused."""
        before = self._repeat()
        other = self._random.choice(self._indices.light)
        return calls.request(other, before.key or self._key())

    def _rude(self) -> Call:
        """Go away in the middle of a request that bears a key."""
        index = self._random.choice(self._indices.dense)
        seconds = self._random.uniform(*RUDE_AFTER_S)
        return calls.request(index, self._key(), gives_up_after_s=seconds)

    def _known_index(self) -> int:
        """Choose an index that has been asked for, as readers do."""
        if not self._asked:
            return self._random.choice(self._indices.dense)
        return self._random.choice(self._asked).first

    def _key(self) -> str:
        return str(UUID(int=self._random.getrandbits(128), version=4))

    def _remember(self, call: Call) -> Call:
        self._asked.append(call)
        return call

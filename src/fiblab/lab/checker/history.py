"""What clients sent and saw: one record an exchange, written by a load, read by the checker."""

from collections.abc import Iterator
from pathlib import Path

import msgspec


class Item(msgspec.Struct, frozen=True, omit_defaults=True):
    """How one index stood, as an answer told it."""

    index: int
    status: str
    """done, calculating, failed or absent."""
    digest: str = ""
    """SHA-256, hex, of the whole decimal text, where the answer had it."""
    digit_count: int = 0
    """Where the answer gave only the ends of the value; with both ends."""
    leading: str = ""
    trailing: str = ""
    reason: str = ""
    """Of a failure: its category."""


class Exchange(msgspec.Struct, frozen=True, omit_defaults=True):
    """One call and what came of it, as its client saw it; times are seconds since the run began."""

    number: int
    client: str
    call: str
    """request, request_range, look_up, look_up_range, digits, or bad."""
    first: int
    last: int
    """Equal to `first` for a single index; both -1 for a bad call."""
    request_id: str
    """X-Request-ID as sent."""
    sent_at: float
    ended_at: float
    key: str = ""
    """Idempotency-Key as sent."""
    status: int = 0
    """0: no whole answer came."""
    answered_id: str = ""
    """X-Request-ID of the answer."""
    problem: str = ""
    """Last segment of the problem's `type`."""
    failure: str = ""
    """Why no whole answer came."""
    items: tuple[Item, ...] = ()


class HistoryWriter:
    """Appends exchanges to a file, one JSON object a line."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("wb")
        self._encoder = msgspec.json.Encoder()

    def write(self, exchange: Exchange) -> None:
        """Append one exchange; it is on disk after `close`."""
        self._file.write(self._encoder.encode(exchange) + b"\n")

    def close(self) -> None:
        """Write out what is buffered."""
        self._file.close()


def read_history(path: Path) -> Iterator[Exchange]:
    """Read the exchanges of a file, in the order of their ends."""
    decoder = msgspec.json.Decoder(Exchange)
    with path.open("rb") as file:
        for line in file:
            yield decoder.decode(line)

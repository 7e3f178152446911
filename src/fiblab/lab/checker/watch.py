"""Watches a queue while it runs: its events as they come, its structure every now and then.

A thread of its own with a client of its own, beside whatever the system does.
"""

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import msgspec
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from fiblab.lab.checker.events import EventRecord
from fiblab.lab.checker.structure import TAG, look

#: Seconds between two readings of the stream while there is nothing new.
READ_S = 0.05
#: Seconds between two samples of the structure.
SAMPLE_S = 1.0
#: Seconds that Redis has for an answer: `stop` must end within 2 s, however Redis is.
ANSWER_LIMIT_S = 0.8
#: Entries in one reading.
ENTRY_LIMIT = 2_000

_STREAM = f"{TAG}:events"
_BEGINNING = "0-0"


class Watcher:
    """Writes `events.jsonl` and `samples.jsonl` into a folder, from `start` until `stop`.

    While Redis is away it waits. What Redis forgot before it was read here is missing, and the
    next epoch begins: see `EventRecord`.
    """

    def __init__(self, redis_url: str, folder: Path) -> None:
        self._client = client_of(redis_url)
        self._folder = folder
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="checker-watch", daemon=True)

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def stop(self) -> None:
        """Read what is left, and end within 2 s."""
        self._stopping.set()
        self._thread.join()
        self._client.close()

    def _run(self) -> None:
        with (
            (self._folder / "events.jsonl").open("wb") as events,
            (self._folder / "samples.jsonl").open("wb") as samples,
        ):
            tail, sampled_at = _Tail(self._client, events), -SAMPLE_S
            while not self._stopping.is_set():
                found = _while_there(tail.read)
                is_due = time.monotonic() - sampled_at >= SAMPLE_S
                if is_due and not self._stopping.is_set():
                    sampled_at = time.monotonic()
                    _while_there(lambda: self._sample(samples))
                if found != ENTRY_LIMIT:
                    self._stopping.wait(READ_S)
            self._read_the_rest(tail, samples)

    def _read_the_rest(self, tail: "_Tail", samples: BinaryIO) -> None:
        """Read what is left; a Redis that is away is not asked twice."""
        found: int | None = ENTRY_LIMIT
        while found == ENTRY_LIMIT:
            found = _while_there(tail.read)
        if found is not None:
            _while_there(lambda: self._sample(samples))

    def _sample(self, file: BinaryIO) -> int:
        file.write(msgspec.json.encode(look(self._client)) + b"\n")
        return 1


def client_of(redis_url: str, answer_limit_s: float = ANSWER_LIMIT_S) -> "redis.Redis":
    """Make a client that neither waits longer than this for an answer nor tries again."""
    return redis.Redis.from_url(
        redis_url,
        socket_timeout=answer_limit_s,
        socket_connect_timeout=answer_limit_s,
        retry=Retry(NoBackoff(), 0),
    )


def _while_there(do: Callable[[], int]) -> int | None:
    """Do it; None where Redis is away or refuses."""
    try:
        return do()
    except (redis.RedisError, OSError):
        return None


class _Tail:
    """Follows the stream, and notices where it has been cut off before what was read last."""

    def __init__(self, client: "redis.Redis", file: BinaryIO) -> None:
        self._client = client
        self._file = file
        self._last = _BEGINNING
        self._epoch = 1
        self._expects_last = False
        """Whether what was read last must be there still."""

    def read(self) -> int:
        """Write down what is new; return how many entries that were."""
        pipeline = self._client.pipeline(transaction=True)
        pipeline.xrange(_STREAM, self._last, self._last)
        pipeline.xrange(_STREAM, f"({self._last}", "+", count=ENTRY_LIMIT)
        last_one, entries = pipeline.execute()
        if self._expects_last and not last_one:
            self._begin_epoch()
            return ENTRY_LIMIT  # read on at once
        for entry, fields in entries:
            self._write(entry.decode(), fields)
        self._file.flush()
        return len(entries)

    def _begin_epoch(self) -> None:
        """Begin anew: behind what was read last or, in a wiped Redis, from the first entry on."""
        self._epoch += 1
        self._write_record(EventRecord(self._epoch))
        self._expects_last = False
        if not self._client.xlen(_STREAM):
            self._last = _BEGINNING

    def _write(self, entry: str, fields: dict[bytes, bytes]) -> None:
        self._last, self._expects_last = entry, True
        kind, jobs, worker = (
            fields[name].decode("latin-1") for name in (b"kind", b"jobs", b"worker")
        )
        self._write_record(EventRecord(self._epoch, entry, kind, jobs, worker))

    def _write_record(self, record: EventRecord) -> None:
        self._file.write(msgspec.json.encode(record) + b"\n")

"""The watcher on a real Redis: what it writes down, and what befalls Redis meanwhile."""

import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import redis

from fiblab.lab.checker.events import EventRecord, read_events
from fiblab.lab.checker.structure import TAG, Structure
from fiblab.lab.checker.watch import Watcher

STREAM = f"{TAG}:events"
#: Seconds after which a signal that has not come never will.
LIMIT_S = 20.0

_ENTRY: dict[Any, Any] = {"kind": "enqueued", "worker": ""}


@pytest.fixture
def client(redis_url: str) -> Iterator["redis.Redis"]:
    """Connect to the empty Redis that is watched."""
    with redis.Redis.from_url(redis_url) as opened:
        yield opened


@pytest.fixture
def watcher(redis_url: str, tmp_path: Path) -> Iterator[Watcher]:
    """Watch it, until the test stops that."""
    watching = Watcher(redis_url, tmp_path)
    watching.start()
    yield watching
    watching.stop()


def _add(client: "redis.Redis", *jobs: int, keep: int = 1_000) -> list[bytes]:
    """Append an event of each job, all in one step; return their ids."""
    with client.pipeline(transaction=True) as pipeline:
        for job in jobs:
            entry = _ENTRY | {"jobs": f"{job}/light"}
            pipeline.xadd(STREAM, entry, maxlen=keep, approximate=False)
        return pipeline.execute()


def _jobs(folder: Path) -> list[tuple[int, str]]:
    """List epoch and job of each event that is written down."""
    return [(event.epoch, event.job) for event in read_events(folder / "events.jsonl")]


def _wait_for(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + LIMIT_S
    while not holds():
        assert time.monotonic() < deadline, "the watcher did not write what it must"
        time.sleep(0.01)


def test_every_event_is_written_once(
    client: "redis.Redis", watcher: Watcher, tmp_path: Path
) -> None:
    """What is in the stream when the watcher stops is in the file, in order."""
    _add(client, 1, 2)
    _wait_for(lambda: (1, "2") in _jobs(tmp_path))
    _add(client, 3)
    watcher.stop()
    assert _jobs(tmp_path) == [(1, "1"), (1, "2"), (1, "3")]


def test_a_wiped_redis_begins_an_epoch(
    client: "redis.Redis", watcher: Watcher, tmp_path: Path
) -> None:
    """After a wipe the events are those of another epoch, from the first on."""
    _add(client, 1)
    _wait_for(lambda: (1, "1") in _jobs(tmp_path))
    client.flushall()
    _add(client, 1, 2)
    watcher.stop()
    assert _jobs(tmp_path) == [(1, "1"), (2, "1"), (2, "2")]


def test_a_rolled_back_redis_begins_an_epoch(
    client: "redis.Redis", watcher: Watcher, tmp_path: Path
) -> None:
    """Events that Redis forgot again stay written, and what it still has is written once."""
    _, last = _add(client, 1, 2)
    _wait_for(lambda: (1, "2") in _jobs(tmp_path))
    client.xdel(STREAM, last)
    _add(client, 3)
    watcher.stop()
    assert _jobs(tmp_path) == [(1, "1"), (1, "2"), (2, "3")]


def test_events_that_were_trimmed_unread_begin_an_epoch(
    client: "redis.Redis", watcher: Watcher, tmp_path: Path
) -> None:
    """A gap is noticed, so that no rule takes what follows for the next step."""
    _add(client, 1)
    _wait_for(lambda: (1, "1") in _jobs(tmp_path))
    _add(client, 2, 3, 4, keep=2)
    watcher.stop()
    assert _jobs(tmp_path) == [(1, "1"), (2, "3"), (2, "4")]


def test_a_sample_shows_where_each_job_is(
    client: "redis.Redis", watcher: Watcher, tmp_path: Path
) -> None:
    """The last sample is taken when the watcher stops, in one transaction."""
    client.hset(f"{TAG}:job", mapping={"1": "light 0 x", "2": "heavy 0 x"})
    client.lpush(f"{TAG}:ready:light", "1")
    client.zadd(f"{TAG}:leases", {"2": 9})
    client.hset(f"{TAG}:nonce", "2", "n")
    watcher.stop()
    lines = (tmp_path / "samples.jsonl").read_bytes().splitlines()
    last = msgspec.json.decode(lines[-1], type=Structure)
    assert (last.job_count, last.ready, last.leased, last.nonces) == (2, ("1",), ("2",), ("2",))


def test_a_mute_redis_stops_nobody(tmp_path: Path) -> None:
    """The watcher ends although Redis takes its connection and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as mute:
        watching = Watcher(f"redis://127.0.0.1:{mute.getsockname()[1]}/0", tmp_path)
        watching.start()
        watching.stop()
    assert _jobs(tmp_path) == []


def test_a_redis_that_is_away_is_waited_for(
    client: "redis.Redis", watcher: Watcher, tmp_path: Path
) -> None:
    """Connections that are cut cost no event."""
    _add(client, 1)
    _wait_for(lambda: (1, "1") in _jobs(tmp_path))
    client.client_kill_filter(skipme=True, _type="normal")
    _add(client, 2)
    _wait_for(lambda: (1, "2") in _jobs(tmp_path))
    watcher.stop()
    assert _jobs(tmp_path) == [(1, "1"), (1, "2")]


def test_the_mark_of_an_epoch_names_no_job() -> None:
    """A mark reads as an event of nothing."""
    assert msgspec.json.encode(EventRecord(2)) == b'{"epoch":2}'

"""Redis's append-only file cut near its end: whatever is left is whole, and the rest comes back.

Each of the last 65,536 bytes would be 65,536 restarts. Cut is at the ends of the last commands, one
byte before and one after, and at places drawn by a seed: `PLACES` in all.
"""

import random
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import psycopg
import pytest
import redis
from pydantic import SecretStr
from tests.integration.worker.owing import sweeper_of

from fiblab.bootstrap import WorkerParts, open_worker_parts
from fiblab.config import WorkerSettings
from fiblab.queue import Claimant, Failure, Heartbeat, JobState

from .conftest import job
from .redis_process import RedisProcess

pytestmark = [pytest.mark.chaos]

#: Where the file is cut: bytes of its end, and in how many places.
TAIL_BYTES, PLACES = 64 * 1024, 40

#: Indices that the ledger owes.
OWED = range(2_000, 2_400)


@pytest.fixture
def own_redis(tmp_path: Path) -> Iterator[RedisProcess]:
    """Start a Redis that writes everything down at once."""
    folder = tmp_path / "redis"
    folder.mkdir()
    process = RedisProcess(folder, "--appendonly", "yes", "--appendfsync", "always")
    process.start()
    yield process
    process.kill()


@asynccontextmanager
async def parts_on(own_redis: RedisProcess, url: str) -> AsyncIterator[WorkerParts]:
    """Open what a sweeper works with."""
    settings = WorkerSettings(
        redis_url=SecretStr(own_redis.url), postgres_url=SecretStr(url), backoff_base_s=0.001
    )
    async with open_worker_parts(settings) as parts:
        yield parts


async def work(parts: WorkerParts) -> None:
    """Leave jobs in every state, and a file whose end tells of all transitions."""
    claimant = Claimant.fresh("test", ("light",))
    await parts.queue.enqueue([job(index) for index in OWED])
    for _ in range(25):
        done, failed, dead, given_back, *others = await parts.queue.claim(claimant, 6)
        await parts.queue.heartbeat([Heartbeat(given_back.lease)])
        await parts.queue.fail(failed.lease, Failure("test", "again", retryable=True))
        await parts.queue.fail(dead.lease, Failure("test", "never", retryable=False))
        await parts.queue.release([given_back.lease])
        await parts.values.store(int(done.id), "0")
        await parts.queue.complete([done.lease, *(other.lease for other in others)])


def newest_increment(own_redis: RedisProcess) -> Path:
    """Find the file that is written to."""
    return max((own_redis.folder / "appendonlydir").glob("*.incr.aof"))


def places(content: bytes) -> list[int]:
    """Choose where to cut: around the ends of commands, and anywhere."""
    dice = random.Random(20_261_124)  # noqa: S311 - to be drawn alike in each run
    begin = max(0, len(content) - TAIL_BYTES)
    ends = [at for at in range(begin, len(content)) if content[at : at + 1] == b"*"]
    near = [end + by for end in dice.sample(ends, PLACES // 4) for by in (-1, 0, 1)]
    anywhere = [dice.randrange(begin, len(content)) for _ in range(PLACES - len(near))]
    return [*near, *anywhere]


def places_of_jobs(eye: redis.Redis) -> dict[str, list[str]]:
    """List where each job is, by other means than the code under test."""
    found: dict[str, list[str]] = {}
    tag = "{fiblab:0}:"
    for place, jobs in {
        "ready": eye.lrange(f"{tag}ready:light", 0, -1),
        "leased": eye.zrange(f"{tag}leases", 0, -1),
        "delayed": eye.zrange(f"{tag}delayed", 0, -1),
    }.items():
        for name in jobs:
            found.setdefault(str(name), []).append(place)
    return found


async def test_cut_anywhere(own_redis: RedisProcess, migrated_url: str) -> None:
    """Redis loads what is left, each job in one place; the sweeper restores the rest."""
    with psycopg.connect(migrated_url, autocommit=True) as database:
        for index in OWED:
            database.execute(
                "insert into request_ledger (request_id, index, accepted_at)"
                " values (%s, %s, now() - interval '1 hour')",
                (f"r{index}", index),
            )
    async with parts_on(own_redis, migrated_url) as parts:
        await work(parts)
    own_redis.kill()
    file = newest_increment(own_redis)
    content = file.read_bytes()
    assert len(content) > TAIL_BYTES
    for place in places(content):
        file.write_bytes(content[:place])
        own_redis.start()
        await is_whole_and_restored(own_redis, migrated_url)
        own_redis.kill()


async def is_whole_and_restored(own_redis: RedisProcess, url: str) -> None:
    """Look at a Redis that came back from a cut file, and let the ledger be swept over it."""
    eye = redis.Redis(host="127.0.0.1", port=own_redis.port, decode_responses=True)
    found = places_of_jobs(eye)
    assert {name for name, where in found.items() if len(where) != 1} == set()
    assert found.keys() == {str(name) for name in eye.hkeys("{fiblab:0}:job")}
    async with parts_on(own_redis, url) as parts:
        await sweeper_of(parts, after_s=1).sweep()
        statuses = await parts.queue.status([str(index) for index in OWED])
        stored = await parts.values.redis.exists(list(OWED))
    with psycopg.connect(url, autocommit=True) as database:
        rows: dict[int, str] = dict(
            database.execute("select index, state from request_ledger").fetchall()
        )
        database.execute(
            "update request_ledger set state = 'open', closed_at = null,"
            " failure_category = null, failure_detail = null, attempts = null"
        )
    for index, status, is_stored in zip(OWED, statuses, stored, strict=True):
        if rows[index] == "open":
            assert status.state in {JobState.READY, JobState.LEASED, JobState.DELAYED}
        else:
            assert is_stored if rows[index] == "done" else status.state is JobState.DEAD

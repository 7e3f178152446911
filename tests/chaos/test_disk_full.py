"""Disks that are full under Redis's append-only file and under PostgreSQL, and have room again."""

import itertools
import pwd
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import psycopg
import pytest

from fiblab.embedded import EmbeddedError, EmbeddedStack
from fiblab.embedded.postgres import PostgresServer
from fiblab.storage.migrate import apply

from .keyed_load import KeyedLoad, settled
from .redis_process import RedisProcess
from .service_process import PATIENCE_S
from .small_disk import SmallDisk, small_disk
from .system import Served, System, refused_for_now

pytestmark = [pytest.mark.chaos]

#: Megabytes of the disk: three segments of PostgreSQL's log and some.
DISK_MB = 64

#: What is asked for while the disk is full, and not before.
LATE = 100


@pytest.fixture
def disk(folder: Path) -> Iterator[SmallDisk]:
    """Mount a disk that a test may fill."""
    mounted = folder / "disk"
    mounted.mkdir()
    with small_disk(mounted, DISK_MB) as small:
        yield small


@contextmanager
def running(redis_url: str, postgres_url: str) -> Iterator[tuple[System, Served]]:
    """Run a server and a worker."""
    system = System(redis_url, postgres_url)
    try:
        system.start("worker")
        yield system, system.serve()
    finally:
        system.stop()


def accepted_by(served: Served) -> dict[str, int]:
    """Have some requests accepted: index by request id."""
    with KeyedLoad(served) as load:
        load.goes_on()
    return load.accepted


def until_refused(served: Served, accepted: dict[str, int]) -> httpx.Response:
    """Ask for one new number after the other until a 503; adds what was accepted until then."""
    for index in itertools.count(20_000):
        answer = served.post(index, f"filling-{index}")
        if answer.status_code == 503:
            assert int(answer.headers["retry-after"]) >= 1
            return answer
        assert answer.status_code == 202, answer.text
        accepted[f"key:filling-{index}"] = index
    raise AssertionError  # the count has no end


def refused_while_full(served: Served, system: System) -> None:
    """Hold that a store that cannot write costs the server neither its life nor its word."""
    for _ in range(3):
        answer = served.post(LATE, "late")
        assert answer.status_code == 503
        assert int(answer.headers["retry-after"]) >= 1
    assert served.client.get("/livez").status_code == 200
    assert all(service.is_running for service in system.services)


def accepted_again(served: Served, system: System, accepted: dict[str, int]) -> None:
    """Have what was refused accepted; nothing of what was accepted before is lost."""
    served.until_accepted(LATE, "late")
    accepted["key:late"] = LATE
    accepted |= accepted_by(served)
    settled(system, served, accepted)


def redis_on(disk: SmallDisk, fsync: str) -> RedisProcess:
    """Start a Redis that writes everything down there."""
    process = RedisProcess(disk.folder, "--appendonly", "yes", "--appendfsync", fsync)
    process.start()
    return process


@pytest.fixture
def patient_redis(disk: SmallDisk) -> Iterator[RedisProcess]:
    """Start a Redis that answers before its file is written, as the lab's own does."""
    process = redis_on(disk, "everysec")
    yield process
    process.kill()


@pytest.fixture
def strict_redis(disk: SmallDisk) -> Iterator[RedisProcess]:
    """Start a Redis that answers after its file is written, and ends where it cannot be."""
    process = redis_on(disk, "always")
    yield process
    process.kill()


def test_append_only_file(disk: SmallDisk, patient_redis: RedisProcess, migrated_url: str) -> None:
    """Redis refuses writes (MISCONF), and takes them by itself again; its file is sound."""
    with running(patient_redis.url, migrated_url) as (system, served):
        accepted = accepted_by(served)
        disk.fill()
        assert refused_for_now(until_refused(served, accepted))
        refused_while_full(served, system)
        assert "key:late" not in system.rows()
        disk.make_room()
        accepted_again(served, system, accepted)
        patient_redis.kill()
        patient_redis.start()
        settled(system, served, accepted | accepted_by(served))


def test_append_only_file_of_a_redis_that_ends(
    disk: SmallDisk, strict_redis: RedisProcess, migrated_url: str
) -> None:
    """Redis ends rather than answer for what it cannot write; started again, it knows all."""
    with running(strict_redis.url, migrated_url) as (system, served):
        accepted = accepted_by(served)
        disk.fill()
        assert refused_for_now(until_refused(served, accepted))
        assert strict_redis.process.wait(PATIENCE_S) == 1
        refused_while_full(served, system)
        assert "key:late" not in system.rows()
        disk.make_room()
        strict_redis.start()
        accepted_again(served, system, accepted)


@pytest.fixture
def postgres(folder: Path, redis_url: str) -> Iterator[PostgresServer]:
    """Start a PostgreSQL that writes commits down, with the schema."""
    with EmbeddedStack(data_dir=folder / "data", redis_url=redis_url) as own:
        assert own.postgres is not None
        apply(own.postgres_url)
        yield own.postgres


@pytest.fixture
def log_on_disk(folder: Path, disk: SmallDisk, postgres: PostgresServer) -> None:
    """Have its write-ahead log on the small disk."""
    log = folder / "data" / "postgres" / "pg_wal"
    postgres.stop()
    shutil.copytree(log, disk.folder, dirs_exist_ok=True)
    shutil.rmtree(log)
    log.symlink_to(disk.folder)
    give_to_postgres(disk.folder)
    postgres.start()


@pytest.fixture
def tables_on_disk(disk: SmallDisk, postgres: PostgresServer) -> None:
    """Have all tables on the small disk, and the write-ahead log elsewhere."""
    give_to_postgres(disk.folder)
    elsewhere = postgres.superuser_url.rpartition("/")[0] + "/postgres"
    with psycopg.connect(elsewhere, autocommit=True) as superuser:
        superuser.execute(f"create tablespace small location '{disk.folder}'".encode())
        superuser.execute("alter database fiblab set tablespace small")


def give_to_postgres(folder: Path) -> None:
    """Give a folder and all in it to the user that root's PostgreSQL runs as."""
    user = pwd.getpwnam("nobody")
    for path in (folder, *folder.rglob("*")):
        shutil.chown(path, user.pw_uid, user.pw_gid)


@pytest.mark.usefixtures("log_on_disk")
def test_write_ahead_log(disk: SmallDisk, postgres: PostgresServer, redis_url: str) -> None:
    """PostgreSQL ends, and again at each start while there is no room; then it has it all."""
    with running(redis_url, postgres.url) as (system, served):
        accepted = accepted_by(served)
        disk.fill()
        with suppress(psycopg.Error), psycopg.connect(postgres.superuser_url) as superuser:
            superuser.execute("select pg_switch_wal()")  # what comes needs a new segment
        until_refused(served, accepted)
        assert postgres.process.wait_ended(PATIENCE_S)
        with pytest.raises(EmbeddedError, match="No space left on device"):
            postgres.start()
        refused_while_full(served, system)
        disk.make_room()
        postgres.start()
        accepted_again(served, system, accepted)


@pytest.mark.usefixtures("tables_on_disk")
def test_tables(disk: SmallDisk, postgres: PostgresServer, redis_url: str) -> None:
    """PostgreSQL refuses what needs room, and takes it by itself again; its files are sound."""
    with running(redis_url, postgres.url) as (system, served):
        accepted = accepted_by(served)
        disk.fill()
        assert refused_for_now(until_refused(served, accepted))
        assert served.client.get("/livez").status_code == 200
        assert postgres.process.is_running
        disk.make_room()
        accepted_again(served, system, accepted)
        postgres.process.kill()
        postgres.start()
        settled(system, served, accepted | accepted_by(served))

"""PostgreSQL cut off, stopped at once, frozen, locked and read-only under a whole system."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
import pytest

from fiblab.embedded import EmbeddedStack
from fiblab.embedded.postgres import PostgresServer
from fiblab.storage.migrate import apply

from .keyed_load import KeyedLoad, counted_once
from .redis_process import RedisProcess
from .system import Served, System, refused_for_now

pytestmark = [pytest.mark.chaos]

#: Clients that ask all the time, and for how many indices.
CLIENTS, INDICES = 6, 3


@pytest.fixture(scope="module")
def own_stack(shared_redis: RedisProcess) -> Iterator[EmbeddedStack]:
    """Start a PostgreSQL that these tests may stop, and that writes commits down."""
    with TemporaryDirectory(prefix="fiblab-test-") as folder:
        Path(folder).chmod(0o711)  # root's PostgreSQL runs as another user
        with EmbeddedStack(data_dir=Path(folder) / "data", redis_url=shared_redis.url) as own:
            apply(own.postgres_url)
            yield own


@pytest.fixture(scope="module")
def postgres(own_stack: EmbeddedStack) -> PostgresServer:
    """Give that PostgreSQL."""
    assert own_stack.postgres is not None
    return own_stack.postgres


@pytest.fixture(scope="module")
def shared_url(own_stack: EmbeddedStack) -> str:
    """Give it to whatever asks for one."""
    return own_stack.postgres_url


@pytest.fixture(scope="module")
def served(shared_system: System) -> Served:
    """Start a server and a worker."""
    shared_system.start("worker")
    return shared_system.serve()


def load(served: Served) -> KeyedLoad:
    """Make clients that all ask for the same few indices, whose counts they contend for."""
    return KeyedLoad(served, clients=CLIENTS, index_of=lambda number: 2_000 + number % INDICES)


def test_connections_cut_around_commits(
    served: Served, shared_system: System, postgres: PostgresServer
) -> None:
    """Each request, repeated with its key until it is accepted, is counted exactly once."""
    cut = 0
    with (
        psycopg.connect(postgres.superuser_url, autocommit=True) as superuser,
        load(served) as clients,
    ):
        for _ in range(10):
            clients.goes_on(by=20)
            found = superuser.execute(
                "select count(pg_terminate_backend(pid)) from pg_stat_activity"
                " where backend_type = 'client backend' and pid <> pg_backend_pid()"
            ).fetchone()
            assert found is not None
            cut += found[0]
        clients.goes_on(by=60)
    assert cut > 10
    counted_once(shared_system, clients.accepted)


def test_stopped_at_once_and_back(
    served: Served, shared_system: System, postgres: PostgresServer
) -> None:
    """Nothing that was accepted is lost or doubled, and both services recover by themselves."""
    with load(served) as clients:
        clients.goes_on(by=60)
        os.kill(postgres.process.pid, signal.SIGQUIT)  # what `pg_ctl stop -m immediate` sends
        assert postgres.process.wait_ended(30)
        assert served.client.get("/livez").status_code == 200
        assert served.client.get("/readyz").status_code == 503
        postgres.start()
        clients.goes_on(by=60)
    counted_once(shared_system, clients.accepted)
    assert all(service.is_running for service in shared_system.services)


def test_frozen(served: Served, shared_system: System, postgres: PostgresServer) -> None:
    """No request waits beyond its deadline, and one that may be counted says so."""
    postgres.process.freeze()
    answer = served.post(50, "frozen")
    assert answer.status_code == 503
    assert answer.elapsed.total_seconds() < 10, "the deadline is 5 s"
    assert int(answer.headers["retry-after"]) >= 1
    postgres.process.thaw()
    served.until_accepted(50, "frozen")
    counted_once(shared_system, {"key:frozen": 50})


def test_locked_count(served: Served, shared_system: System) -> None:
    """A count that somebody else holds is waited for no longer than a commit may take."""
    served.until_accepted(60, "before")
    with psycopg.connect(shared_system.urls["postgres_url"]) as holder:
        holder.execute("select from request_count where index = 60 for update")
        answer = served.post(60, "locked")
        assert refused_for_now(answer)
        assert answer.elapsed.total_seconds() < 10, "the deadline is 5 s"
    served.until_accepted(60, "locked")
    counted_once(shared_system, {"key:before": 60, "key:locked": 60})


def test_read_only(served: Served, shared_system: System, postgres: PostgresServer) -> None:
    """A server that takes no writes any more is refused for, and left for one that does."""
    switch = "alter database fiblab set default_transaction_read_only = {}"
    with psycopg.connect(postgres.superuser_url, autocommit=True) as superuser:
        superuser.execute(switch.format("on").encode())
        superuser.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where backend_type = 'client backend' and pid <> pg_backend_pid()"
        )
        for _ in range(10):
            answer = served.post(70, "read-only")
            assert answer.status_code == 503
            assert int(answer.headers["retry-after"]) >= 1
        assert "key:read-only" not in shared_system.rows()
        superuser.execute(b"set default_transaction_read_only = off")
        superuser.execute(switch.format("off").encode())
    served.until_accepted(70, "read-only")
    counted_once(shared_system, {"key:read-only": 70})

"""PostgreSQL cut off, stopped at once, frozen, locked and read-only under a whole system."""

import itertools
import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self

import httpx
import psycopg
import pytest

from fiblab.embedded import EmbeddedStack
from fiblab.embedded.postgres import PostgresServer
from fiblab.storage.migrate import apply

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


class Load:
    """Clients that each repeat a request with its key until it is accepted, then ask anew."""

    def __init__(self, served: Served) -> None:
        self._served = served
        self._numbers = itertools.count()
        self.accepted: dict[str, int] = {}
        self._over = threading.Event()
        self._grown = threading.Condition()
        self._clients = [threading.Thread(target=self._client) for _ in range(CLIENTS)]

    def __enter__(self) -> Self:
        for client in self._clients:
            client.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for client in self._clients:
            client.join()

    def _client(self) -> None:
        with httpx.Client(base_url=self._served.client.base_url, timeout=30) as client:
            while not self._over.is_set():
                number = next(self._numbers)
                self._ask(client, f"load-{id(self)}-{number}", 2_000 + number % INDICES)

    def _ask(self, client: httpx.Client, key: str, index: int) -> None:
        sent = {"Idempotency-Key": key}
        while (
            answer := client.post(f"/api/v1/fibonacci/{index}", headers=sent)
        ).status_code == 503:
            assert int(answer.headers["retry-after"]) >= 1
        assert answer.status_code in {200, 202}, answer.text
        with self._grown:
            self.accepted[f"key:{key}"] = index
            self._grown.notify_all()

    def goes_on(self, by: int = 60) -> None:
        """Wait until so many more requests were accepted."""
        with self._grown:
            goal = len(self.accepted) + by
            assert self._grown.wait_for(lambda: len(self.accepted) >= goal, 60)


def counted_once(system: System, accepted: dict[str, int]) -> None:
    """Hold ledger and counts against what clients were told."""
    rows = {request: index for request, (index, _) in system.rows().items()}
    assert accepted.items() <= rows.items()
    counts = system.counts()
    for index in set(rows.values()):
        assert counts[index] == list(rows.values()).count(index)


def test_connections_cut_around_commits(
    served: Served, shared_system: System, postgres: PostgresServer
) -> None:
    """Each request, repeated with its key until it is accepted, is counted exactly once."""
    cut = 0
    with (
        psycopg.connect(postgres.superuser_url, autocommit=True) as superuser,
        Load(served) as load,
    ):
        for _ in range(10):
            load.goes_on(by=20)
            found = superuser.execute(
                "select count(pg_terminate_backend(pid)) from pg_stat_activity"
                " where backend_type = 'client backend' and pid <> pg_backend_pid()"
            ).fetchone()
            assert found is not None
            cut += found[0]
        load.goes_on()
    assert cut > 10
    counted_once(shared_system, load.accepted)


def test_stopped_at_once_and_back(
    served: Served, shared_system: System, postgres: PostgresServer
) -> None:
    """Nothing that was accepted is lost or doubled, and both services recover by themselves."""
    with Load(served) as load:
        load.goes_on()
        os.kill(postgres.process.pid, signal.SIGQUIT)  # what `pg_ctl stop -m immediate` sends
        assert postgres.process.wait_ended(30)
        assert served.client.get("/livez").status_code == 200
        assert served.client.get("/readyz").status_code == 503
        postgres.start()
        load.goes_on()
    counted_once(shared_system, load.accepted)
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

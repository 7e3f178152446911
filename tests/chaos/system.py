"""A whole system: real server and worker processes on real stores, seen through HTTP and SQL."""

import itertools
from collections.abc import Iterator
from typing import Any

import gmpy2
import httpx
import psycopg
import pytest

from fiblab.embedded import EmbeddedStack

from .redis_process import RedisProcess
from .service_process import PATIENCE_S, ServiceProcess

#: A breaker that opens soon and rests shortly, a sweeper that comes soon, and no rate limit.
TOUCHY = {
    "breaker_threshold": "2",
    "breaker_reset_s": "0.1",
    "rate_limit_per_s": "0",
    "sweep_interval_s": "0.2",
    "sweep_after_s": "0.2",
    "visibility_timeout_s": "1",
    "backoff_base_s": "0.05",
}

_numbers = itertools.count()


def fibonacci(index: int) -> str:
    """Compute F(index) independently of the code under test."""
    return str(gmpy2.fib(index).digits())


class System:
    """Starts services on given stores, and ends them all in `stop`."""

    def __init__(self, redis_url: str, postgres_url: str) -> None:
        self.urls = {"redis_url": redis_url, "postgres_url": postgres_url}
        self.services: list[ServiceProcess] = []
        self.clients: list[httpx.Client] = []

    def start(self, service: str, **settings: str) -> ServiceProcess:
        """Start a service; `environment` variables go in by their names in capitals."""
        chosen = {**TOUCHY, **self.urls, **settings}
        environment = {
            name if name.isupper() else f"FIBLAB_{name.upper()}": value
            for name, value in chosen.items()
        }
        started = ServiceProcess(service, environment)
        self.services.append(started)
        return started

    def serve(self, **settings: str) -> "Served":
        """Start a server and return when it listens."""
        process = self.start("server", port="0", **settings)
        port = process.logged("listening")["port"]
        client = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=PATIENCE_S)
        self.clients.append(client)
        return Served(process, port, client)

    def rows(self) -> dict[str, tuple[int, str]]:
        """Read the ledger: index and state by request id."""
        with psycopg.connect(self.urls["postgres_url"]) as database:
            found = database.execute("select request_id, index, state from request_ledger")
            return {row[0]: (row[1], row[2]) for row in found}

    def counts(self) -> dict[int, int]:
        """Read how often each index was counted."""
        with psycopg.connect(self.urls["postgres_url"]) as database:
            return dict(database.execute("select index, count from request_count").fetchall())

    def stop(self) -> None:
        """End whatever still runs."""
        for client in self.clients:
            client.close()
        for service in self.services:
            service.kill()


class Served:
    """A server that listens, and what a client gets from it."""

    def __init__(self, process: ServiceProcess, port: int, client: httpx.Client) -> None:
        self.process = process
        self.port = port
        self.client = client

    def post(self, index: int, key: str | None = None) -> httpx.Response:
        """Ask for a number."""
        headers = {} if key is None else {"Idempotency-Key": key}
        return self.client.post(f"/api/v1/fibonacci/{index}", headers=headers)

    def get(self, index: int, wait_s: int = 20) -> dict[str, Any]:
        """Look a number up, and wait for it a while."""
        answer = self.client.get(f"/api/v1/fibonacci/{index}", headers={"Prefer": f"wait={wait_s}"})
        return dict(answer.json())

    def until_accepted(self, index: int, key: str) -> httpx.Response:
        """Ask with one key until it is accepted, as a patient client does."""
        while (answer := self.post(index, key)).status_code == 503:
            pass
        return answer

    def until_done(self, index: int) -> str:
        """Look up until the value is there."""
        while (item := self.get(index)).get("status") != "done":
            assert item.get("status") != "failed", item
        return str(item["value"])

    def breaker(self, store: str) -> str:
        """Tell the state of a store's breaker."""
        return str(self.client.get("/readyz").json()["checks"][store]["breaker"])

    def breaker_states(self, store: str) -> list[str]:
        """List what a store's breaker became, one after the other."""
        changes = [r for r in self.process.records() if r["event"] == "breaker changed"]
        return [change["state"] for change in changes if change["dependency"] == store]

    def until_breaker_is(self, store: str, state: str, after: int) -> list[str]:
        """Wait until a breaker became that, after so many changes; returns the changes since."""
        changes: list[str] = []

        def came() -> bool:
            changes[:] = self.breaker_states(store)[after:]
            return state in changes

        assert self.process.wait_for(came), f"{store}: never {state}, but {changes}"
        return changes

    def metric(self, name: str, **labels: str) -> float:
        """Read a counter, 0 where nothing was counted."""
        written = ",".join(f'{label}="{value}"' for label, value in labels.items())
        for line in self.client.get("/metrics").text.splitlines():
            if line.startswith(f"fiblab_{name}{{{written}}} "):
                return float(line.rsplit(" ", 1)[1])
        return 0.0


def refused_for_now(answer: httpx.Response) -> bool:
    """Tell whether it is a 503 that says when to come again, and that nothing was counted."""
    return (
        answer.status_code == 503
        and int(answer.headers["retry-after"]) >= 1
        and answer.json()["definite"] is True
    )


@pytest.fixture(scope="module")
def shared_redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisProcess]:
    """Start a Redis for all tests of a module, which each leave it well."""
    process = RedisProcess(tmp_path_factory.mktemp("redis"), "--enable-debug-command", "yes")
    process.start()
    yield process
    process.kill()


@pytest.fixture(scope="module")
def shared_url(stack: EmbeddedStack, template: str) -> str:
    """Make a database for all tests of a module."""
    assert stack.postgres is not None
    name = f"chaos_{next(_numbers)}"
    with psycopg.connect(stack.postgres.superuser_url, autocommit=True) as superuser:
        superuser.execute(f"create database {name} owner fiblab template {template}".encode())
    return stack.postgres_url.rsplit("/", 1)[0] + f"/{name}"


@pytest.fixture(scope="module")
def shared_system(shared_redis: RedisProcess, shared_url: str) -> Iterator[System]:
    """Give a system for all tests of a module, with nothing started yet."""
    made = System(shared_redis.url, shared_url)
    yield made
    made.stop()


@pytest.fixture
def system(redis_url: str, migrated_url: str) -> Iterator[System]:
    """Give a system on the test's own stores, with nothing started yet."""
    made = System(redis_url, migrated_url)
    yield made
    made.stop()

"""Real services do all that they do as users of their own, and are refused nothing."""

import asyncio
from collections.abc import Iterator

import psycopg
import pytest
import redis
from tests.chaos.system import Served, System, fibonacci

from fiblab.queue import Job, Keys, Policy, Queue
from fiblab.redis import Address, Connection
from fiblab.storage.access.privileges import Service
from fiblab.storage.access.redis_users import grant_users

from .conftest import as_user

HEAVY = 300_000
POISON = 77


@pytest.fixture
def admin(redis_url: str) -> Iterator[redis.Redis]:
    """Look into Redis as who may do all; nothing has been refused yet."""
    with redis.Redis.from_url(redis_url, decode_responses=True) as client:
        client.acl_log_reset()
        yield client


@pytest.fixture
def system(redis_url: str, granted: dict[Service, str]) -> Iterator[System]:
    """Start a worker and wait for it, each service as a user of its own."""
    users = {service: as_user(redis_url, f"test_{service}") for service in Service}
    asyncio.run(grant_users(redis_url, users))
    system = System(users[Service.SERVER], granted[Service.SERVER])
    system.start("worker", redis_url=users[Service.WORKER], postgres_url=granted[Service.WORKER])
    yield system
    system.stop()


def test_nothing_that_services_do_is_refused(
    system: System, admin: redis.Redis, redis_url: str, migrated_url: str
) -> None:
    """Counting, computing, repairing, sweeping, operating: Redis's log of refusals stays empty."""
    served = system.serve(remembered_values_bytes="0")
    for index in (40, 5_000, HEAVY):
        served.post(index)
        served.get(index)

    repair_values(served, admin, migrated_url)
    sweep(served, admin)
    asyncio.run(enqueue_poison(redis_url))
    operate(served)
    assert served.client.get("/metrics").is_success
    assert served.client.get("/api/v1/fibonacci/most-requested").is_success
    while not served.client.get("/api/v1/workers").json()["items"]:
        pass  # the roll went with all else that Redis held, until the worker's next sign of life
    assert served.client.get("/readyz").is_success

    assert [service.end() for service in system.services] == [0, 0]
    assert admin.acl_log() == []
    logs = "".join(line for service in system.services for line in service.log)
    assert "permission denied" not in logs
    assert "NOPERM" not in logs


def repair_values(served: Served, admin: redis.Redis, migrated_url: str) -> None:
    """Spoil a value in each tier; each is found, dropped and calculated anew."""
    admin.hset("{fiblab:0}:v1:values", "40", "12")
    assert served.until_done(40) == fibonacci(40)
    with psycopg.connect(migrated_url) as owner:
        owner.execute("update fibonacci_value set digits = '12'")
    admin.set(f"{{fiblab:0}}:v1:value:{HEAVY}", "12")
    address = f"/api/v1/fibonacci/{HEAVY}/digits"
    while (answer := served.client.get(address)).status_code != 200:
        served.get(HEAVY)
    assert answer.text == fibonacci(HEAVY)


def sweep(served: Served, admin: redis.Redis) -> None:
    """Lose a job that was accepted, by emptying Redis: the sweeper brings it back."""
    assert served.client.post("/api/v1/queue/pause").is_success
    served.post(43)
    admin.flushall()  # the pause goes with it
    assert served.until_done(43) == fibonacci(43)
    assert served.client.post("/api/v1/queue/resume").is_success


async def enqueue_poison(redis_url: str) -> None:
    """Enqueue two jobs that no worker can read."""
    connection = Connection(Address.parse(redis_url), name="test")
    await connection.connect()
    policy = Policy(visibility_timeout_ms=1_000, max_attempts=1)
    queue = Queue(connection, Keys(), policy)
    await queue.enqueue([Job(str(n), "light", b"no job") for n in (POISON, POISON + 1)])
    await connection.close()


def operate(served: Served) -> None:
    """List the dead letters, requeue one, discard the other."""
    address = "/api/v1/dead-letters"
    while len(served.client.get(address).json()["items"]) < len((POISON, POISON + 1)):
        pass
    assert served.client.post(f"{address}/{POISON}/requeue").is_success
    assert served.client.delete(f"{address}/{POISON + 1}").is_success
    assert served.client.get("/api/v1/queue").is_success
    assert served.client.get("/api/v1/jobs").is_success
    assert served.client.get(f"/api/v1/jobs/{POISON}").is_success
    follow(served)


def follow(served: Served) -> None:
    """Read from the beginning of the events, then what happens next."""
    with served.client.stream("GET", "/api/v1/events", params={"after": "0-0"}) as answer:
        lines = answer.iter_lines()
        assert any(line == "event: transitions" for line in lines)
        served.post(44)
        assert any('"index":44' in line for line in lines)

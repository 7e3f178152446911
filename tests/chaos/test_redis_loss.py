"""Redis killed with each way of writing things down, its file cut, and emptied: nothing is lost."""

import itertools
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from .redis_process import RedisProcess
from .system import Served, System, fibonacci

pytestmark = [pytest.mark.chaos]

#: Clients that ask all the time, and answers to wait for before Redis is killed.
CLIENTS, ANSWERS = 4, 200

#: How much Redis writes down, by the options that say so.
DURABILITIES = {
    "always": ("--appendonly", "yes", "--appendfsync", "always"),
    "everysec": ("--appendonly", "yes", "--appendfsync", "everysec"),
    "none": ("--appendonly", "no"),
}


@pytest.fixture
def durability(request: pytest.FixtureRequest) -> str:
    """Say how much Redis writes down."""
    return str(request.param)


@pytest.fixture
def own_redis(tmp_path: Path, durability: str) -> Iterator[RedisProcess]:
    """Start a Redis that this test may kill."""
    folder = tmp_path / "redis"
    folder.mkdir()
    process = RedisProcess(folder, *DURABILITIES[durability])
    process.start()
    yield process
    process.kill()


@pytest.fixture
def redis_url(own_redis: RedisProcess) -> str:
    """Give that Redis to whatever asks for one."""
    return own_redis.url


class Load:
    """Clients that each ask for one new index after the other until they are refused."""

    def __init__(self, served: Served) -> None:
        self._served = served
        self._indices = itertools.count(2_000)
        self.accepted: set[int] = set()
        self.enough = threading.Event()

    def client(self) -> None:
        """Ask until refused."""
        with httpx.Client(base_url=self._served.client.base_url, timeout=30) as client:
            for index in self._indices:
                answer = client.post(f"/api/v1/fibonacci/{index}")
                if answer.status_code == 503:
                    return
                assert answer.status_code == 202
                self.accepted.add(index)
                if len(self.accepted) >= ANSWERS:
                    self.enough.set()


def load_until_killed(served: Served, own_redis: RedisProcess) -> set[int]:
    """Kill Redis amid a load; returns what was accepted."""
    load = Load(served)
    clients = [threading.Thread(target=load.client) for _ in range(CLIENTS)]
    for client in clients:
        client.start()
    assert load.enough.wait(30)
    own_redis.kill()
    for client in clients:
        client.join()
    return load.accepted


@pytest.mark.parametrize("durability", ["always"], indirect=True)
def test_killed_with_all_written_down(system: System, own_redis: RedisProcess) -> None:
    """Everything that was accepted is in the queue of the Redis that comes back, by itself."""
    accepted = load_until_killed(system.serve(), own_redis)
    own_redis.start()
    jobs = {int(job) for job in own_redis.client().hkeys("{fiblab:0}:job")}
    assert accepted <= jobs
    assert accepted <= {index for index, _ in system.rows().values()}


@pytest.mark.parametrize("durability", ["everysec", "none"], indirect=True)
def test_killed_with_less_written_down(system: System, own_redis: RedisProcess) -> None:
    """The sweeper brings back what Redis lost, and each request is counted once and served."""
    served = system.serve()
    accepted = load_until_killed(served, own_redis)
    own_redis.start()
    system.start("worker")
    all_is_settled(system)
    assert accepted <= system.counts().keys()
    assert set(system.counts().values()) == {1}
    assert {state for _, state in system.rows().values()} == {"done"}
    assert served.until_done(max(accepted)) == fibonacci(max(accepted))


@pytest.mark.parametrize("durability", ["none"], indirect=True)
def test_wiped_amid_work(system: System, own_redis: RedisProcess) -> None:
    """FLUSHALL while jobs wait, run and are done: all are done, and counted once."""
    served = system.serve()
    system.start("worker")
    for round_of in range(5):
        for index in range(3_000 + 100 * round_of, 3_100 + 100 * round_of):
            assert served.post(index).status_code in {200, 202}
        own_redis.client().flushall()
    served.post(10_000_000)
    while served.get(10_000_000, wait_s=0)["status"] != "calculating":
        pass
    own_redis.client().flushall()
    all_is_settled(system)
    assert len(system.counts()) == 501
    assert set(system.counts().values()) == {1}
    assert {state for _, state in system.rows().values()} == {"done"}
    assert served.until_done(3_007) == fibonacci(3_007)


def all_is_settled(system: System) -> None:
    """Wait until the ledger owes nothing."""
    while any(state == "open" for _, state in system.rows().values()):
        pass

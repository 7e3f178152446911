"""Values that Redis holds and that are none: found, reported, computed anew, never served."""

import pytest
import redis

from .redis_process import RedisProcess
from .system import Served, System, fibonacci

pytestmark = [pytest.mark.chaos]

DENSE, MARKER = "{fiblab:0}:v1:values", "{fiblab:0}:v1:max"


@pytest.fixture(scope="module")
def served(shared_system: System) -> Served:
    """Start a server that remembers nothing, so that each answer comes out of Redis."""
    shared_system.start("worker")
    return shared_system.serve(remembered_values_bytes="0")


@pytest.fixture
def eye(shared_redis: RedisProcess) -> redis.Redis:
    """Look into Redis, and write what does not belong there."""
    return shared_redis.client()


@pytest.mark.parametrize("index", [40, 5_000, 300_000])
@pytest.mark.parametrize("wrong", [b"12", b"\xff\x00", b""], ids=["a number", "bytes", "nothing"])
def test_wrong_value(served: Served, eye: redis.Redis, index: int, wrong: bytes) -> None:
    """Whatever stands in its place, a client gets F(n) or waits; it is counted and logged."""
    right = fibonacci(index)
    served.post(index)
    served.get(index)
    found = served.metric("corrupt_values_total", tier="redis")
    if index <= 1_000:
        eye.hset(DENSE, str(index), wrong)
    else:
        eye.set(f"{{fiblab:0}}:v1:value:{index}", wrong)
    assert digits(served, index) == right
    assert served.metric("corrupt_values_total", tier="redis") == found + 1
    dropped = served.process.logged("corrupt value dropped", index=index)
    assert (dropped["level"], dropped["tier"]) == ("error", "redis")


def digits(served: Served, index: int) -> str:
    """Read a number whole, looking it up until it is there; nothing wrong may come between."""
    address = f"/api/v1/fibonacci/{index}/digits"
    while (answer := served.client.get(address)).status_code != 200:
        assert answer.status_code in {202, 404, 503}, answer.text
        served.get(index)
    return answer.text


@pytest.mark.parametrize("marker", [b"900", b"NaN", b"-5", b"0"])
def test_wrong_marker(served: Served, eye: redis.Redis, marker: bytes) -> None:
    """A marker beyond what is stored, or short of it, makes no value wrong or missing."""
    served.post(40)
    served.until_done(40)
    eye.set(MARKER, marker)
    for index in (41, 500, 901, 7):
        served.post(index)
        assert served.until_done(index) == fibonacci(index)


def test_missing_dense_value(served: Served, eye: redis.Redis) -> None:
    """A value that the marker promises and that is gone is computed again by whoever is asked."""
    served.post(40)
    served.until_done(40)
    eye.hdel(DENSE, "7", "30")
    served.post(7)
    assert served.until_done(7) == "13"
    assert served.until_done(40) == "102334155"
    served.post(30)
    assert served.until_done(30) == "832040"

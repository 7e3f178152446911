"""Redis that is full, mute or forgetful: refused in time and whole, and well afterwards."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from .redis_process import RedisProcess
from .system import Served, System, fibonacci, refused_for_now

pytestmark = [pytest.mark.chaos]

#: Milliseconds of a stall that Redis ends by itself: longer than a server waits for a reply.
STALL_MS = 4_000


@pytest.fixture(scope="module")
def served(shared_system: System) -> Served:
    """Start a server and a worker."""
    shared_system.start("worker")
    return shared_system.serve()


def test_full(served: Served, shared_system: System, shared_redis: RedisProcess) -> None:
    """A request is refused whole: no row, no job, no attempt; with room again it is taken."""
    served.post(50)
    served.until_done(50)
    rows, keys = shared_system.rows(), shared_redis.client().dbsize()
    shared_redis.client().config_set("maxmemory", 1)
    for _ in range(3):
        assert refused_for_now(served.post(51, "full"))
    assert served.get(50)["value"] == fibonacci(50)
    shared_redis.client().config_set("maxmemory", 0)
    assert shared_system.rows() == rows
    assert shared_redis.client().dbsize() == keys
    assert served.until_accepted(51, "full").status_code in {200, 202}
    assert served.until_done(51) == fibonacci(51)


def test_forgotten_scripts(served: Served, shared_redis: RedisProcess) -> None:
    """Neither a client nor the worker notices that Redis knows no script any more."""
    for index in range(60, 70):
        shared_redis.client().script_flush()
        assert served.post(index).status_code == 202
        shared_redis.client().script_flush()
        assert served.until_done(index) == fibonacci(index)


def until_mute(server: RedisProcess) -> None:
    """Wait until it does not answer any more: what stalls it has arrived."""
    with redis.Redis(port=server.port, socket_timeout=0.2, retry=Retry(NoBackoff(), 0)) as eye:
        while True:
            try:
                eye.ping()
            except redis.TimeoutError:
                return


@contextmanager
def frozen(server: RedisProcess) -> Iterator[None]:
    """SIGSTOP."""
    server.freeze()
    yield
    server.thaw()


@contextmanager
def paused(server: RedisProcess) -> Iterator[None]:
    """CLIENT PAUSE: it takes commands, and answers none."""
    server.client().client_pause(STALL_MS)
    yield


@contextmanager
def asleep(server: RedisProcess) -> Iterator[None]:
    """DEBUG SLEEP: it does nothing at all."""
    sleep = ("DEBUG", "SLEEP", STALL_MS / 1_000)
    sleeper = threading.Thread(target=server.client().execute_command, args=sleep)
    sleeper.start()
    until_mute(server)
    yield
    sleeper.join()


@pytest.mark.parametrize("stall", [frozen, paused, asleep])
def test_stall(
    served: Served,
    shared_system: System,
    shared_redis: RedisProcess,
    stall: Callable[[RedisProcess], Iterator[None]],
) -> None:
    """Refused within the deadline while the breaker opens and probes; afterwards it closes."""
    seen = len(served.breaker_states("redis"))
    key = stall.__name__
    with stall(shared_redis):  # type: ignore[attr-defined] # a context manager's function
        while "open" not in served.breaker_states("redis")[seen:]:
            answer = served.post(80, key)
            assert answer.status_code == 503
            assert int(answer.headers["retry-after"]) >= 1
            assert answer.elapsed.total_seconds() < 10, "the deadline is 5 s"
        assert served.client.get("/livez").status_code == 200
        assert key not in {row.removeprefix("key:") for row in shared_system.rows()}
    served.until_accepted(80, key)
    assert served.until_done(80) == fibonacci(80)
    states = served.until_breaker_is("redis", "closed", after=seen)
    assert (states[0], states[-2:]) == ("open", ["half-open", "closed"])
    assert shared_system.rows()[f"key:{key}"][0] == 80

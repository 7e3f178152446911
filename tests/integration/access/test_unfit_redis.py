"""What a server makes of a Redis that may delete jobs, at its start and later."""

import subprocess
import sys
from collections.abc import Iterator

import pytest
import redis
from tests.chaos.system import System

from fiblab.cli.exits import Exit


@pytest.fixture
def evicting(redis_url: str) -> Iterator[redis.Redis]:
    """Give a way to change the policy of eviction, and take the change back."""
    with redis.Redis.from_url(redis_url) as client:
        yield client
        client.config_set("maxmemory-policy", "volatile-lru")


@pytest.mark.parametrize("service", ["server", "worker"])
def test_a_service_does_not_start(
    evicting: redis.Redis,
    redis_url: str,
    migrated_url: str,
    service: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It ends with exit code 1 and says what to write; it neither listens nor claims."""
    evicting.config_set("maxmemory-policy", "allkeys-lru")
    monkeypatch.setenv("FIBLAB_REDIS_URL", redis_url)
    monkeypatch.setenv("FIBLAB_POSTGRES_URL", migrated_url)
    monkeypatch.setenv("FIBLAB_PORT", "0")

    ended = subprocess.run(
        [sys.executable, "-m", "fiblab", service],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert ended.returncode == Exit.FAILED
    assert "maxmemory-policy allkeys-lru, which may delete jobs" in ended.stderr
    assert "Traceback" not in ended.stderr + ended.stdout
    assert "listening" not in ended.stdout


def test_a_server_is_not_ready_while_its_redis_evicts(
    evicting: redis.Redis, redis_url: str, migrated_url: str
) -> None:
    """A policy changed under a running server shows in /readyz until it is changed back."""
    system = System(redis_url, migrated_url)
    try:
        served = system.serve()
        evicting.config_set("maxmemory-policy", "allkeys-lru")
        answer = served.client.get("/readyz")
        assert answer.status_code == 503
        assert answer.json()["checks"]["redis"]["detail"] == "UnfitRedis"
        evicting.config_set("maxmemory-policy", "noeviction")
        assert served.client.get("/readyz").status_code == 200
    finally:
        system.stop()

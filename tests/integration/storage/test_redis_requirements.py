"""Which real Redis servers are refused, and what the refusal says."""

from collections.abc import Iterator

import pytest
import redis

from fiblab.redis import Connection
from fiblab.storage import UnfitRedis, is_unbounded, redis_requirements, refuse_unfit


@pytest.fixture
def policy_of(eye: redis.Redis) -> Iterator[redis.Redis]:
    """Give a way to set the eviction policy, and take the setting back."""
    yield eye
    eye.config_set("maxmemory-policy", "noeviction")


@pytest.mark.parametrize(
    "policy", ["noeviction", "volatile-lru", "volatile-ttl", "volatile-lfu", "volatile-random"]
)
async def test_a_policy_that_spares_the_queue_is_accepted(
    connection: Connection, policy_of: redis.Redis, policy: str
) -> None:
    """Its keys never expire, and these policies evict only what does."""
    policy_of.config_set("maxmemory-policy", policy)

    await refuse_unfit(connection)


@pytest.mark.parametrize("policy", ["allkeys-lru", "allkeys-lfu", "allkeys-random"])
async def test_a_policy_that_may_evict_jobs_is_refused_with_what_to_write(
    connection: Connection, policy_of: redis.Redis, policy: str
) -> None:
    """The error names the policy found, and both ways to change it."""
    policy_of.config_set("maxmemory-policy", policy)

    with pytest.raises(UnfitRedis, match=policy) as refused:
        await refuse_unfit(connection)

    assert "`maxmemory-policy noeviction`" in str(refused.value)
    assert "CONFIG SET maxmemory-policy noeviction" in str(refused.value)


async def test_a_server_older_than_required_is_refused(
    connection: Connection, eye: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error names the version found; here the requirement is raised above the server's."""
    monkeypatch.setattr(redis_requirements, "OLDEST_VERSION", (99, 0))
    facts = eye.info("server")
    assert isinstance(facts, dict)

    with pytest.raises(UnfitRedis, match=facts["redis_version"]):
        await refuse_unfit(connection)


@pytest.fixture
def limit_of(eye: redis.Redis) -> Iterator[redis.Redis]:
    """Give a way to set the limit of memory, and take the setting back."""
    before = str(eye.config_get("maxmemory")["maxmemory"])
    yield eye
    eye.config_set("maxmemory", before)


@pytest.mark.parametrize(("limit", "unbounded"), [("0", True), ("100mb", False)])
async def test_a_server_without_a_limit_of_memory_is_told_from_one_with(
    connection: Connection, limit_of: redis.Redis, limit: str, *, unbounded: bool
) -> None:
    """As its own configuration says."""
    limit_of.config_set("maxmemory", limit)

    assert await is_unbounded(connection) is unbounded

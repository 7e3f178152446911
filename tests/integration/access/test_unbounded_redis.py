"""What a service says of a Redis that may fill its machine's memory."""

from collections.abc import Iterator

import pytest
import redis
from pydantic import SecretStr
from structlog.testing import capture_logs

from fiblab.bootstrap import open_worker_parts
from fiblab.config import WorkerSettings


@pytest.fixture
def limit_of(redis_url: str) -> Iterator[redis.Redis]:
    """Give a way to set the limit of memory, and take the setting back."""
    with redis.Redis.from_url(redis_url) as client:
        before = str(client.config_get("maxmemory")["maxmemory"])
        yield client
        client.config_set("maxmemory", before)


@pytest.mark.parametrize(("limit", "warnings"), [("0", 1), ("100mb", 0)])
async def test_a_limit_that_is_not_set_is_warned_of(
    limit_of: redis.Redis, redis_url: str, migrated_url: str, limit: str, warnings: int
) -> None:
    """Once at the start, and it says what to write."""
    limit_of.config_set("maxmemory", limit)
    settings = WorkerSettings(redis_url=SecretStr(redis_url), postgres_url=SecretStr(migrated_url))
    with capture_logs() as lines:
        async with open_worker_parts(settings):
            pass
    advice = [line["advice"] for line in lines if line["event"] == "redis without maxmemory"]
    assert advice == ["set maxmemory, and maxmemory-policy volatile-lru"] * warnings

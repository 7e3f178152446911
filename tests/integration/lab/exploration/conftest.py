"""One Redis for all explorations; each empties it first."""

from collections.abc import Iterator

import pytest

from fiblab.lab.exploration.run import own_redis


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """Start a Redis for explorations alone."""
    with own_redis() as url:
        yield url

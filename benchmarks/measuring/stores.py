"""Redis and PostgreSQL for a benchmark: fresh, without persistence of Redis, on a core."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from benchmarks.measuring.cores import LOAD_CORE, on_core
from fiblab.embedded import EmbeddedStack
from fiblab.storage.migrate import apply


class Stores(NamedTuple):
    """Where both are."""

    redis_url: str
    postgres_url: str


@contextmanager
def stores(*, core: int = LOAD_CORE) -> Iterator[Stores]:
    """Start both on a core, with the schema in place; they end with the block."""
    stack = EmbeddedStack(ephemeral=True)
    with on_core(core):
        stack.start()
    try:
        apply(stack.postgres_url)
        yield Stores(stack.redis_url, stack.postgres_url)
    finally:
        stack.stop()


@contextmanager
def redis(*, core: int = LOAD_CORE) -> Iterator[str]:
    """Start a Redis on a core, and give its URL; it ends with the block."""
    stack = EmbeddedStack(ephemeral=True, postgres_url="postgresql://none.invalid")
    with on_core(core):
        stack.start()
    try:
        yield stack.redis_url
    finally:
        stack.stop()

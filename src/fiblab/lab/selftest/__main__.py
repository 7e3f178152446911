"""Prints docs/reference/checker-self-test.md, from drills on stores of its own."""

import asyncio
import sys

from fiblab.embedded import EmbeddedStack
from fiblab.lab.selftest.bench import Stores
from fiblab.lab.selftest.table import page
from fiblab.observability.logs import configure
from fiblab.storage.migrate import apply


def main() -> None:
    """Play all drills; what the parts log goes to standard error."""
    configure("self-test", level="error", stream=sys.stderr)
    with EmbeddedStack(ephemeral=True) as stack:
        apply(stack.postgres_url)
        sys.stdout.write(asyncio.run(page(Stores(stack.redis_url, stack.postgres_url))))


if __name__ == "__main__":
    main()

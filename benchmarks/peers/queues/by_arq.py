"""arq: as it is, and tuned: polled a hundred times as often, more jobs at once, no results kept.

https://arq-docs.helpmanuals.io/ "Reference", `arq.worker.Worker`: `poll_delay`, `max_jobs`,
`queue_read_limit`, `keep_result`. Pessimistic execution: a killed worker's job runs again.
"""

import os
from collections.abc import AsyncIterator
from typing import Any, ClassVar

from arq import create_pool  # type: ignore[import-not-found] # installed in an environment of its own
from arq.connections import RedisSettings  # type: ignore[import-not-found] # installed in an environment of its own

from benchmarks.peers.queues.marks import done
from benchmarks.peers.queues.submitting import SubmitAsync, main_async

REDIS = RedisSettings.from_dsn(os.environ["QUEUE_REDIS_URL"])


async def trivial(_: dict[str, Any]) -> None:
    """Do nothing but leave a mark."""
    done()


class Default:
    """What `arq` is started with: jobs, and where Redis is."""

    functions: ClassVar = [trivial]
    redis_settings = REDIS


class Tuned:
    """For speed; arq reads what stands in the class itself, and nothing that it inherits."""

    functions: ClassVar = [trivial]
    redis_settings = REDIS
    poll_delay = 0.005
    max_jobs = 100
    queue_read_limit = 500
    keep_result = 0


async def opened() -> AsyncIterator[SubmitAsync]:
    """Connect."""
    pool = await create_pool(REDIS)
    yield SubmitAsync(lambda: pool.enqueue_job("trivial"))
    await pool.aclose()


if __name__ == "__main__":
    main_async(opened)

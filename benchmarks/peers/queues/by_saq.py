"""saq: fifty jobs at once, results not kept, hiredis, uvloop.

https://saq-py.readthedocs.io/en/latest/: `concurrency` of the worker; `ttl=-1` keeps no result.
"""

import os
from collections.abc import AsyncIterator
from typing import Any

from saq import Queue  # type: ignore[import-not-found] # installed in an environment of its own

from benchmarks.peers.queues.marks import done
from benchmarks.peers.queues.submitting import SubmitAsync, main_async

queue = Queue.from_url(os.environ["QUEUE_REDIS_URL"])


async def trivial(_: dict[str, Any]) -> None:
    """Do nothing but leave a mark."""
    done()


#: What `saq` is started with.
settings = {"queue": queue, "functions": [trivial], "concurrency": 50}


async def opened() -> AsyncIterator[SubmitAsync]:
    """Connect."""
    await queue.connect()
    yield SubmitAsync(lambda: queue.enqueue("trivial", ttl=-1))
    await queue.disconnect()


if __name__ == "__main__":
    main_async(opened)

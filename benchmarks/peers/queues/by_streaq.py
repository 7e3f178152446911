"""streaq: fifty jobs at once, results not kept, logging only what goes wrong, uvloop.

https://streaq.readthedocs.io/en/stable/: `concurrency` of the worker, `ttl=0` of a task keeps no
result, `enqueue_many` sends one pipeline.
"""

import os
from collections.abc import AsyncIterator

from streaq import Worker  # type: ignore[import-not-found] # installed in an environment of its own

from benchmarks.peers.queues.marks import done
from benchmarks.peers.queues.submitting import SubmitAsync, main_async

worker = Worker(
    redis_url=os.environ["QUEUE_REDIS_URL"],
    concurrency=50,
    anyio_kwargs={"use_uvloop": True},
)


@worker.task(name="trivial", ttl=0, silent=True)  # type: ignore[untyped-decorator] # untyped here
async def trivial() -> None:
    """Do nothing but leave a mark."""
    done()


async def _submit() -> None:
    await trivial.enqueue()


async def _submit_many(count: int) -> None:
    await worker.enqueue_many([trivial.enqueue() for _ in range(count)])


async def opened() -> AsyncIterator[SubmitAsync]:
    """Connect."""
    async with worker:
        yield SubmitAsync(_submit, _submit_many)


if __name__ == "__main__":
    main_async(opened)

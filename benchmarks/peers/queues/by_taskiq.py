"""taskiq: one worker process, no results, arguments not parsed, uvloop.

https://taskiq-python.github.io/guide/cli.html: `--no-parse`, `--max-async-tasks`, `--max-prefetch`;
uvloop is used where it is installed. The broker on a list acknowledges nothing; that on a stream
does.
"""

import os
from collections.abc import AsyncIterator

from taskiq_redis import ListQueueBroker, RedisStreamBroker  # type: ignore[import-not-found] # installed in an environment of its own

from benchmarks.peers.queues.marks import done
from benchmarks.peers.queues.submitting import SubmitAsync, main_async

URL = os.environ["QUEUE_REDIS_URL"]
KIND = os.environ.get("QUEUE_KIND", "list")

#: From the stream's beginning: its jobs are there before its worker.
broker = ListQueueBroker(URL) if KIND == "list" else RedisStreamBroker(URL, consumer_id="0")


@broker.task(task_name="trivial")  # type: ignore[untyped-decorator] # untyped here
async def trivial() -> None:
    """Do nothing but leave a mark."""
    done()


async def opened() -> AsyncIterator[SubmitAsync]:
    """Connect."""
    await broker.startup()
    yield SubmitAsync(trivial.kiq)
    await broker.shutdown()


if __name__ == "__main__":
    main_async(opened)

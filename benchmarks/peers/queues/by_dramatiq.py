"""dramatiq: one process with its eight threads, no results, which both are its defaults.

https://dramatiq.io/guide.html: a worker acknowledges a message when it was processed; on
https://dramatiq.io/advanced.html the prefetch is twice the number of threads.
"""

import os

import dramatiq  # type: ignore[import-not-found] # installed in an environment of its own
from dramatiq.brokers.redis import RedisBroker  # type: ignore[import-not-found] # installed in an environment of its own

from benchmarks.peers.queues.marks import done
from benchmarks.peers.queues.submitting import Submit, main

dramatiq.set_broker(RedisBroker(url=os.environ["QUEUE_REDIS_URL"]))


@dramatiq.actor  # type: ignore[untyped-decorator] # untyped here
def trivial() -> None:
    """Do nothing but leave a mark."""
    done()


if __name__ == "__main__":
    main(Submit(trivial.send))

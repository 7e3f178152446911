"""RQ: results not kept, several jobs enqueued in one pipeline.

https://python-rq.org/docs/workers/ "Performance notes": a worker that does not fork for each job,
which is the side "simple"; https://python-rq.org/docs/results/: a result that nobody reads is not
kept with `result_ttl=0`; https://python-rq.org/docs/ "Bulk job enqueueing".
"""

import os

from redis import Redis
from rq import Queue  # type: ignore[import-not-found] # installed in an environment of its own

from benchmarks.peers.queues.jobs_of_rq import trivial
from benchmarks.peers.queues.submitting import Submit, main

queue = Queue(connection=Redis.from_url(os.environ["QUEUE_REDIS_URL"]))


def submit() -> None:
    """Enqueue one job."""
    queue.enqueue(trivial, result_ttl=0)


def submit_many(count: int) -> None:
    """Enqueue many in one pipeline."""
    queue.enqueue_many([Queue.prepare_data(trivial, result_ttl=0) for _ in range(count)])


if __name__ == "__main__":
    main(Submit(submit, submit_many))

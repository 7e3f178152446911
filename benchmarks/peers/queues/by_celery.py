"""Celery: results ignored, tasks fetched ahead, nothing sent that nobody reads.

https://docs.celeryq.dev/en/stable/userguide/optimizing.html: a large prefetch multiplier for many
short tasks, and no results where nobody asks for them. The worker is started without gossip, mingle
and heartbeats. Acknowledged early, which is the default: a killed worker's tasks are lost.
"""

import os

import celery  # type: ignore[import-not-found] # installed in an environment of its own

from benchmarks.peers.queues.marks import done
from benchmarks.peers.queues.submitting import Submit, main

app = celery.Celery("benchmarks.peers.queues.by_celery", broker=os.environ["QUEUE_REDIS_URL"])
app.conf.update(
    task_ignore_result=True,
    worker_prefetch_multiplier=64,
    worker_disable_rate_limits=True,
    worker_hijack_root_logger=False,
    broker_connection_retry_on_startup=True,
)


@app.task(name="trivial")  # type: ignore[untyped-decorator] # untyped here
def trivial() -> None:
    """Do nothing but leave a mark."""
    done()


if __name__ == "__main__":
    main(Submit(trivial.delay))

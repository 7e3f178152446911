"""huey: no results, four threads, blocking pops, no look at periodic tasks.

https://huey.readthedocs.io/en/latest/consumer.html: `-w 4 -k thread -n`;
https://huey.readthedocs.io/en/latest/api.html: `results=False`. A killed worker's task is lost.
"""

import os

from huey import RedisHuey  # type: ignore[import-not-found] # installed in an environment of its own

from benchmarks.peers.queues.marks import done
from benchmarks.peers.queues.submitting import Submit, main

huey = RedisHuey("trivial", url=os.environ["QUEUE_REDIS_URL"], results=False)


@huey.task(name="trivial")  # type: ignore[untyped-decorator] # untyped here
def trivial() -> None:
    """Do nothing but leave a mark."""
    done()


if __name__ == "__main__":
    main(Submit(trivial))

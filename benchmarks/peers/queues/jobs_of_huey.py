"""huey's instance and job: a task bears its module's name, which must not be that of a program."""

import os

from huey import RedisHuey  # type: ignore[import-not-found] # installed in an environment of its own

from benchmarks.peers.queues.marks import done

huey = RedisHuey("trivial", url=os.environ["QUEUE_REDIS_URL"], results=False)


@huey.task()  # type: ignore[untyped-decorator] # untyped here
def trivial() -> None:
    """Do nothing but leave a mark."""
    done()

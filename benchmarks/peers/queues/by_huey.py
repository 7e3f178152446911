"""huey: no results, four threads, blocking pops, no look at periodic tasks.

https://huey.readthedocs.io/en/latest/consumer.html: `-w 4 -k thread -n`;
https://huey.readthedocs.io/en/latest/api.html: `results=False`. A killed worker's task is lost.
"""

from benchmarks.peers.queues.jobs_of_huey import trivial
from benchmarks.peers.queues.submitting import Submit, main

if __name__ == "__main__":
    main(Submit(trivial))

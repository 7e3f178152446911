"""A bounded at-least-once job queue on Redis, with leases, deduplication and dead letters.

It knows nothing of what its jobs do. To run your own job on it, give `Queue` a
connection and call its methods; `states.py` draws a job's life on one page.
"""

from fiblab.queue.errors import CorruptReply, InvalidJob, QueueError
from fiblab.queue.event_stream import EventStream
from fiblab.queue.keys import Keys
from fiblab.queue.policy import Policy
from fiblab.queue.queue import Queue
from fiblab.queue.states import (
    Claimant,
    ClaimedJob,
    DeadLetter,
    Depth,
    Enqueued,
    Event,
    Failed,
    FailOutcome,
    Failure,
    Heartbeat,
    Job,
    JobPage,
    JobState,
    JobStatus,
    Lease,
    QueuedJob,
)
from fiblab.queue.wake import wait_for_work

__all__ = [
    "Claimant",
    "ClaimedJob",
    "CorruptReply",
    "DeadLetter",
    "Depth",
    "Enqueued",
    "Event",
    "EventStream",
    "FailOutcome",
    "Failed",
    "Failure",
    "Heartbeat",
    "InvalidJob",
    "Job",
    "JobPage",
    "JobState",
    "JobStatus",
    "Keys",
    "Lease",
    "Policy",
    "Queue",
    "QueueError",
    "QueuedJob",
    "wait_for_work",
]

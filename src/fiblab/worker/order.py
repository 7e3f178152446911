"""A claimed job, read: which index is asked for, and by whose request."""

import msgspec

from fiblab.fibonacci.job import FibonacciJob
from fiblab.observability.trace import parse_traceparent
from fiblab.queue import ClaimedJob, Lease
from fiblab.worker.errors import BadPayload


class Order(msgspec.Struct, frozen=True):
    """One index to deliver, and the job that asks for it."""

    job: ClaimedJob
    request: FibonacciJob

    @property
    def index(self) -> int:
        """Which Fibonacci number is wanted."""
        return self.request.index

    @property
    def lease(self) -> Lease:
        """The proof that the job is in this worker's hands."""
        return self.job.lease

    @property
    def log_fields(self) -> dict[str, object]:
        """Whose work it is, for log lines: the request that asked first, and its trace."""
        trace = parse_traceparent(self.request.traceparent)
        return {
            "job": self.job.id,
            "request_id": self.request.request_id,
            "trace_id": trace.trace_id if trace else "",
        }


def read_order(job: ClaimedJob, max_index: int) -> Order:
    """Read a job's payload; raises BadPayload for anything but an index from 0 to `max_index`.

    The index must be the job's id as well: a value stored under another index would leave this
    one owed for ever.
    """
    try:
        request = FibonacciJob.decode(job.payload)
    except msgspec.DecodeError as error:
        raise BadPayload(f"The payload can't be read: {error}") from None
    if not 0 <= request.index <= max_index:
        raise BadPayload(f"The index {request.index} is not from 0 to {max_index} (max_index).")
    if request.id != job.id:
        raise BadPayload(f"The payload is about {request.index}, the job about {job.id}.")
    return Order(job, request)

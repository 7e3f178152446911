"""One state of the whole system, and the form in which two states that behave alike are equal.

Redis is a value that was read from a real one (see contents.py). The ledger is a small value with
the meaning of its one statement. Clients, workers and the sweeper are where they are in their
programs.
"""

from enum import StrEnum
from typing import NamedTuple

from fiblab.lab.exploration.calls import Call
from fiblab.lab.exploration.contents import Contents

Lease = tuple[str, str]
"""A job, and the nonce that holds it."""


class Row(NamedTuple):
    """A row of the ledger."""

    key: str
    job: str
    state: str = "open"


class Ledger(NamedTuple):
    """The rows, and how often each index was asked for."""

    rows: tuple[Row, ...] = ()
    counts: tuple[tuple[str, int], ...] = ()

    def has(self, key: str) -> bool:
        """Tell whether a request was recorded."""
        return any(row.key == key for row in self.rows)

    def count(self, job: str) -> int:
        """Tell how often an index was asked for."""
        return dict(self.counts).get(job, 0)

    def inserted(self, row: Row) -> "Ledger":
        """Insert a row unless its key is there; count nothing."""
        if self.has(row.key):
            return self
        return self._replace(rows=tuple(sorted([*self.rows, row])))

    def counted(self, job: str) -> "Ledger":
        """Count a request."""
        counts = dict(self.counts) | {job: self.count(job) + 1}
        return self._replace(counts=tuple(sorted(counts.items())))

    def recorded(self, row: Row) -> "Ledger":
        """Do what the ledger's statement does: insert, and count what was inserted."""
        return self if self.has(row.key) else self.inserted(row).counted(row.job)

    def closed(self, job: str, state: str) -> "Ledger":
        """Close the open rows of an index."""
        rows = [
            row._replace(state=state) if row.job == job and row.state == "open" else row
            for row in self.rows
        ]
        return self._replace(rows=tuple(sorted(rows)))

    def open_jobs(self) -> list[str]:
        """List the indices that are owed to somebody."""
        return sorted({row.job for row in self.rows if row.state == "open"})


class ClientAt(StrEnum):
    """Where a request is."""

    BEGINNING = "beginning"
    ADMITTED = "admitted"
    COUNTED = "counted, not admitted"
    """Only where a request is counted first."""
    COUNTING = "counting"
    """Only where row and count are two statements."""
    ANSWERED = "answered, uncommitted"
    """Only where the answer does not wait for the commit."""
    ACCEPTED = "accepted"
    REFUSED = "refused"


class Client(NamedTuple):
    """One client with one request, and the server that serves it."""

    job: str
    at: ClientAt = ClientAt.BEGINNING
    value_known: bool = False
    unsure: bool = False
    """An earlier try may have been recorded."""
    tries: int = 1
    """Counted only where each try has a key of its own."""

    @property
    def is_told(self) -> bool:
        """Tell whether the client has been told that its request is accepted."""
        return self.at in {ClientAt.ACCEPTED, ClientAt.ANSWERED}


class WorkerAt(StrEnum):
    """Where a worker is."""

    CALLING = "calling"
    """About to end what it holds done, and to claim; or to do so again after a lost reply."""
    LOOKING = "looking"
    STORING = "storing"
    FAILING = "failing"
    GIVING_UP = "giving up"
    RELEASING = "releasing"
    COMPLETING = "completing"
    """Its last job, at a shutdown."""


class Worker(NamedTuple):
    """One lane of one worker, which holds one job at most."""

    at: WorkerAt = WorkerAt.CALLING
    token: str = ""
    """Of the claim whose reply was lost; empty for a fresh one."""
    lease: Lease | None = None


class SweeperAt(StrEnum):
    """Where the sweeper is with one index."""

    RESTING = "resting"
    LOOKING = "looking"
    CLOSING = "closing"
    ENQUEUEING = "enqueueing"


class Sweeper(NamedTuple):
    """The one that settles what the ledger owes."""

    at: SweeperAt = SweeperAt.RESTING
    job: str = ""
    verdict: str = ""
    """What the job's end was; a dead one's category follows."""


class State(NamedTuple):
    """Everything; `faults` is how many may still happen."""

    redis: Contents
    ledger: Ledger
    clients: tuple[Client, ...]
    workers: tuple[Worker, ...]
    sweeper: Sweeper
    faults: int
    snapshot: Contents | None = None
    """What Redis had written down, where it may fall back to that."""
    late: tuple[Call, ...] = ()
    """Calls on a connection that was given up, which Redis will still carry out."""
    drawn: int = 0
    """How many nonces were drawn; 0 in the canonical form, where the next one is known."""
    drawn_at_snapshot: int = 0
    """How many when the snapshot was written; counts only where nonces are a counter in Redis."""

    def with_worker(self, number: int, worker: Worker) -> "State":
        """Move a worker."""
        workers = list(self.workers)
        workers[number] = worker
        return self._replace(workers=tuple(workers))

    def with_client(self, number: int, client: Client) -> "State":
        """Move a client."""
        clients = list(self.clients)
        clients[number] = client
        return self._replace(clients=tuple(clients))

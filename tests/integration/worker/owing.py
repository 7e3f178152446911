"""What the tests of sweeping have in common: rows, dead letters, and sweepers told to sweep."""

import asyncpg
from prometheus_client import CollectorRegistry

from fiblab.bootstrap import WorkerParts
from fiblab.observability.metrics import WorkerMetrics
from fiblab.queue import Claimant, Failure
from fiblab.worker.maintenance.sweeper import Sweeper
from fiblab.worker.outages import Outages
from fiblab.worker.shutdown import Shutdown

from .conftest import job

#: Seconds from which these tests' sweeper looks at a row.
AFTER_S = 15.0


async def row(database: asyncpg.Connection, index: int) -> dict[str, object]:
    """Read what the ledger says of a request."""
    found = await database.fetchrow(
        "select state, failure_category, failure_detail, attempts from request_ledger"
        " where index = $1",
        index,
    )
    assert found is not None
    return dict(found)


def sweeper_of(
    parts: WorkerParts, *, interval_s: float = 3_600, after_s: float = AFTER_S
) -> Sweeper:
    """Make a sweeper; if it is run, it sweeps so often, and otherwise when it is told."""
    return Sweeper(
        parts.open_requests,
        parts.queue,
        parts.values,
        outages=Outages(Shutdown()),
        metrics=WorkerMetrics(CollectorRegistry()),
        interval_s=interval_s,
        after_s=after_s,
        light_max_index=parts.settings.light_max_index,
    )


async def kill_job(parts: WorkerParts, index: int) -> None:
    """Make a dead letter of a job."""
    await parts.queue.enqueue([job(index)])
    (claimed,) = await parts.queue.claim(Claimant.fresh("test", ("light", "heavy")), 1)
    await parts.queue.fail(claimed.lease, Failure("timeout", "too long", retryable=False))

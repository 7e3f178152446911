"""Running a worker: from its settings to the end of its last job.

SIGTERM or SIGINT -> nothing more is claimed, jobs in hand finish
    -> after shutdown_grace_s, or at a second signal, what still runs is killed and given back
    -> Redis and PostgreSQL are closed
"""

import asyncio
import signal
from functools import partial
from types import FrameType

from fiblab.bootstrap import open_worker_parts, report_corruption, run_service
from fiblab.config import WorkerSettings
from fiblab.observability.metrics import WorkerMetrics, new_registry
from fiblab.worker.shutdown import Shutdown
from fiblab.worker.worker import Worker

#: What asks a worker to end: a supervisor's signal, and Ctrl-C.
ENDING_SIGNALS = (signal.SIGTERM, signal.SIGINT)


def work(settings: WorkerSettings) -> None:
    """Run one worker process until SIGTERM or SIGINT; call it in the main thread.

    Raises what `open_worker_parts` raises where a store cannot be reached at the start.
    """
    run_service(settings, partial(_work, settings))


async def _work(settings: WorkerSettings) -> None:
    metrics = WorkerMetrics(new_registry())
    shutdown = Shutdown()
    on_corrupt = report_corruption(metrics.corrupt_values)
    async with open_worker_parts(settings, on_corrupt=on_corrupt) as parts:
        # Only now: until there is something to end in order, a signal ends the process as usual.
        request_on_signals(shutdown)
        await Worker(parts, metrics, shutdown).run()


def request_on_signals(shutdown: Shutdown) -> None:
    """Turn each ending signal into a request, for as long as the process lives."""
    loop = asyncio.get_running_loop()

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(shutdown.request)

    for number in ENDING_SIGNALS:
        signal.signal(number, on_signal)

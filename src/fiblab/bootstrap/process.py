"""What the processes of all services have in common: their logs, and their event loop."""

import asyncio
from collections.abc import Callable, Coroutine

import structlog
from prometheus_client import Counter

from fiblab.config import ServerSettings, WorkerSettings
from fiblab.observability.logs import Category, configure
from fiblab.observability.metrics import Labelled
from fiblab.storage import OnCorrupt, Tier

_log = structlog.get_logger()


def run_service(
    settings: ServerSettings | WorkerSettings, main: Callable[[], Coroutine[None, None, None]]
) -> None:
    """Run a service's coroutine until it returns; its last log line is written by then.

    Call it in the main thread. Raises what the coroutine raises: the logs stay open for it, so that
    what nobody catches becomes a record like any other, without secrets.
    """
    logs = configure(settings.service, settings.log_level, settings.log_format)
    with asyncio.Runner(loop_factory=_new_event_loop) as runner:
        runner.run(main())
    logs.close()


def report_corruption(counters: Labelled[Counter]) -> OnCorrupt:
    """Make what is told of each corrupt value: it counts it by its tier, and logs it."""

    def report(index: int | None, tier: Tier, reason: str) -> None:
        counters[tier].inc()
        _log.error(
            "corrupt value dropped",
            category=Category.CORRUPTION,
            index=index,
            tier=tier,
            reason=reason,
        )

    return report


def _new_event_loop() -> asyncio.AbstractEventLoop:
    """Make uvloop's loop, or the standard one on Windows, where there is no uvloop."""
    try:
        import uvloop  # noqa: PLC0415 - optional
    except ImportError:
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()

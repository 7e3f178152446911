"""Running the server: from its settings to the end of its last answer.

SIGTERM -> /readyz says 503, every answer closes its connection, holders of answers let go
    -> no new connections, what is in flight finishes, at most shutdown_grace_s
    -> ledger (commits what waits), Redis, PostgreSQL are closed
"""

import asyncio
import gc
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from types import FrameType

import structlog
import uvicorn
from uvicorn.server import HANDLED_SIGNALS

from fiblab.bootstrap import open_server_parts, report_corruption, run_service
from fiblab.config import ServerSettings
from fiblab.server.app import MoreRoutes, build_app, no_more_routes
from fiblab.server.drain import Drain
from fiblab.server.http_protocol import StrictHttp
from fiblab.server.layer import Layer
from fiblab.server.surroundings import Surroundings

_log = structlog.get_logger()

#: Seconds that an idle connection is kept: longer than a load balancer's usual 60, so that it is
#: the balancer, who knows of requests under way, that closes it.
KEEP_ALIVE_S = 75
#: Seconds between the signal and the end of accepting: busy clients get answers that close their
#: connections, and balancers a look at /readyz, before connections are cut.
DRAIN_NOTICE_S = 0.2
#: Seconds of the grace period that are kept for closing the stores.
CLOSING_S = 1.0
#: Connections that the kernel holds until they are accepted.
BACKLOG = 2_048
#: Allocations between two collections of the young generation. A request makes no cycles, so that
#: the default of 700 walks live requests for nothing: 50,000 took a GET's p99 from 25 to 2.8 ms.
GC_THRESHOLD = 50_000


class DrainingServer(uvicorn.Server):
    """uvicorn's server, which tells the application when it is time to stop.

    It ends as its caller expects, by returning: uvicorn's own would raise the signal again, and
    with it end the process before the stores are closed.
    """

    def __init__(self, config: uvicorn.Config, drain: Drain) -> None:
        super().__init__(config)
        self._drain = drain

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Begin to drain on SIGTERM or SIGINT; a second one stops at once."""
        loop = asyncio.get_running_loop()

        def on_signal(_number: int, _frame: FrameType | None) -> None:
            loop.call_soon_threadsafe(self.drain_and_stop)

        before = {number: signal.signal(number, on_signal) for number in HANDLED_SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def drain_and_stop(self) -> None:
        """Begin to drain; called again, give up waiting."""
        if self._drain.begun:
            self.force_exit = True
        else:
            _log.info("draining")
        self._drain.begin()
        asyncio.get_running_loop().call_later(DRAIN_NOTICE_S, self._stop)

    def _stop(self) -> None:
        self.should_exit = True

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, say where, and take what is there by now out of the collector's sight."""
        await super().startup(sockets)
        gc.collect()
        gc.freeze()
        gc.set_threshold(GC_THRESHOLD)
        for server in self.servers:
            for listener in server.sockets:
                host, port = listener.getsockname()[:2]
                _log.info("listening", host=host, port=port)


def serve(settings: ServerSettings) -> None:
    """Run one server process until SIGTERM or SIGINT.

    Raises what `open_server_parts` raises where a store cannot be reached at the start.
    """
    run_service(settings, partial(serve_until_stopped, settings))


async def serve_until_stopped(
    settings: ServerSettings, add_more: MoreRoutes = no_more_routes
) -> None:
    """Serve in the main thread's event loop; raises as `serve` does."""
    surroundings = Surroundings.make()
    metrics = surroundings.metrics

    def on_commit(callers: int, seconds: float) -> None:
        metrics.ledger.batch_entries.observe(callers)
        metrics.ledger.commit_seconds.observe(seconds)

    on_corrupt = report_corruption(metrics.corrupt_values)
    async with open_server_parts(settings, on_commit=on_commit, on_corrupt=on_corrupt) as parts:
        config = uvicorn_config(settings, build_app(parts, surroundings, add_more))
        await DrainingServer(config, surroundings.drain).serve()
    _log.info("stopped")


def uvicorn_config(settings: ServerSettings, app: Layer) -> uvicorn.Config:
    """Let uvicorn do HTTP and nothing else: logs, proxies and limits are the layer's."""
    return uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        http=StrictHttp,
        ws="none",
        lifespan="on",
        log_config=None,
        log_level="warning",  # when it starts and stops we say ourselves
        access_log=False,
        proxy_headers=False,
        server_header=False,
        backlog=BACKLOG,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=max(1, round(settings.shutdown_grace_s - CLOSING_S)),
    )

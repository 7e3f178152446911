"""Opens a bench on emptied stores, and gathers the evidence of what was done there."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import psycopg
from prometheus_client import CollectorRegistry
from pydantic import SecretStr

from fiblab.bootstrap import ServerParts, open_server_parts
from fiblab.config import ServerSettings
from fiblab.lab.checker import Evidence, ledger_contents, redis_contents
from fiblab.lab.checker.facts import RunFacts
from fiblab.lab.checker.history import HistoryWriter
from fiblab.lab.checker.watch import Watcher, client_of
from fiblab.lab.selftest.bench import SECRET, Bench, Stores, sweeper_class
from fiblab.lab.selftest.front_desk import FrontDesk
from fiblab.observability.metrics import ServerMetrics, WorkerMetrics
from fiblab.server.drain import Drain
from fiblab.server.services import build_services
from fiblab.storage import OpenRequests
from fiblab.worker.maintenance.sweeper import Sweeper
from fiblab.worker.outages import Outages
from fiblab.worker.shutdown import Shutdown

#: Seconds between sweeps: they come when a drill says so.
_NEVER_S = 3_600.0


@asynccontextmanager
async def open_bench(
    stores: Stores, folder: Path, *, ends_leases: bool, numbers: dict[str, int]
) -> AsyncIterator[Bench]:
    """Empty the stores and open the parts; what is replaced by now is opened replaced.

    `numbers` are settings. What was seen is in the folder once the block has ended.
    """
    _empty(stores)
    (folder / "logs").mkdir()
    (folder / "looks.jsonl").touch()
    async with AsyncExitStack() as stack:
        opened: list[Bench] = []

        def on_commit(_callers: int, _seconds: float) -> None:
            for bench in opened:
                bench.on_commit()

        settings = _settings(stores, numbers)
        parts = await stack.enter_async_context(open_server_parts(settings, on_commit=on_commit))
        raw = stack.enter_context(client_of(stores.redis_url))
        watcher = Watcher(stores.redis_url, folder)
        watcher.start()
        stack.callback(watcher.stop)
        history = HistoryWriter(folder / "history.jsonl")
        stack.callback(history.close)
        services = build_services(parts, Drain(), ServerMetrics(CollectorRegistry()))
        clients = FrontDesk(services, history)
        bench = Bench(stores, folder, parts, clients, _sweeper(parts), raw, ends_leases)
        opened.append(bench)
        yield bench


def evidence_of(bench: Bench) -> Evidence:
    """Gather what was seen, and what the stores hold; call it once the bench is closed."""
    settings = bench.parts.settings
    facts = RunFacts(
        max_attempts=settings.max_attempts,
        queue_bound=settings.queue_bound,
        visibility_timeout_s=0.0 if bench.ends_leases else settings.visibility_timeout_s,
        dead_letter_cap=settings.dead_letter_cap,
        secrets=(SECRET,),
    )
    return Evidence(
        history=bench.folder / "history.jsonl",
        events=bench.folder / "events.jsonl",
        samples=bench.folder / "looks.jsonl",
        logs=bench.folder / "logs",
        redis=redis_contents.read(bench.stores.redis_url),
        ledger=ledger_contents.read(bench.stores.postgres_url),
        facts=facts,
    )


def _empty(stores: Stores) -> None:
    with client_of(stores.redis_url) as redis:
        redis.flushall()
    with psycopg.connect(stores.postgres_url, autocommit=True) as connection:
        connection.execute("truncate request_ledger, request_count, fibonacci_value")


def _settings(stores: Stores, numbers: dict[str, int]) -> ServerSettings:
    """Take the usual settings, except for what makes a drill small."""
    small = ServerSettings(
        redis_url=SecretStr(stores.redis_url),
        postgres_url=SecretStr(stores.postgres_url),
        dense_max_index=10,
        rate_limit_per_s=0,
        dead_letter_cap=10,
        remembered_values_bytes=0,
    )
    return small.model_copy(update=numbers)


def _sweeper(parts: ServerParts) -> Sweeper:
    """Make a sweeper of the class that stands in for the real one, if any does."""
    return sweeper_class()(
        OpenRequests(parts.pool),
        parts.queue,
        parts.values,
        outages=Outages(Shutdown()),
        metrics=WorkerMetrics(CollectorRegistry()),
        interval_s=_NEVER_S,
        after_s=0.0,
        light_max_index=parts.settings.light_max_index,
    )

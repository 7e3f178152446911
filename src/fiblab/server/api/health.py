"""/livez, /readyz and /metrics: for orchestrators, load balancers and Prometheus."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any

import asyncpg
from blacksheep import Content, Request, Response
from blacksheep.server.routing import Router

from fiblab.observability.metrics import CONTENT_TYPE, render
from fiblab.queue import Depth, Queue
from fiblab.redis import Connection, RedisError
from fiblab.server.answers import json_answer
from fiblab.server.breaker import Breaker
from fiblab.server.exchange import exchange_of
from fiblab.server.in_time import in_time
from fiblab.server.problems import retry_after
from fiblab.server.services import Services
from fiblab.server.surroundings import Surroundings
from fiblab.server.wire import Checks, DependencyState, Liveness, Readiness
from fiblab.storage import POSTGRES_ERRORS, Ledger, LedgerUnavailable, UnfitRedis, refuse_unfit

#: Seconds for one look at a store; an orchestrator's own limit is often a single second.
PROBE_TIMEOUT_S = 0.8
#: Seconds until a server that is not ready is worth another look.
READY_RETRY_S = 1.0


@dataclass(frozen=True, slots=True)
class HealthApi:
    """What the health calls look at."""

    redis: Connection
    queue: Queue
    pool: asyncpg.Pool
    ledger: Ledger
    services: Services
    surroundings: Surroundings


def add_health(router: Router, api: HealthApi) -> None:
    """Add all three."""

    @router.route("/livez", methods=["GET", "HEAD"])
    async def get_liveness(request: Request) -> Response:
        return json_answer(exchange_of(request), Liveness())

    @router.route("/readyz", methods=["GET", "HEAD"])
    async def get_readiness(request: Request) -> Response:
        exchange_of(request).extend_deadline(2 * PROBE_TIMEOUT_S)  # the probes have their own
        redis, postgres = await asyncio.gather(
            _probe(_use_redis(api), api.services.redis_breaker),
            _probe(_use_postgres(api), api.services.postgres_breaker),
        )
        draining = api.surroundings.drain.begun
        ready = redis.usable and postgres.usable and not draining
        answer = Readiness(ready, draining, Checks(redis, postgres))
        if ready:
            return json_answer(exchange_of(request), answer)
        wait = [retry_after(READY_RETRY_S)]
        return json_answer(exchange_of(request), answer, status=503, headers=wait)

    @router.route("/metrics", methods=["GET", "HEAD"])
    async def get_metrics(_request: Request) -> Response:
        await _show_queue(api)
        return Response(
            200, None, Content(CONTENT_TYPE.encode(), render(api.surroundings.registry))
        )


async def _probe(look: Coroutine[Any, Any, object], breaker: Breaker) -> DependencyState:
    """Use a dependency once, past its breaker: readiness must see that it is back."""
    try:
        await in_time(look, PROBE_TIMEOUT_S)
    except (RedisError, UnfitRedis, LedgerUnavailable, *POSTGRES_ERRORS) as error:
        # The kind of the failure, not its text, which may name hosts and users.
        return DependencyState(usable=False, breaker=breaker.state, detail=type(error).__name__)
    return DependencyState(usable=True, breaker=breaker.state)


async def _use_redis(api: HealthApi) -> None:
    """Run a script, and see that Redis still keeps what it is given: its policy may be changed."""
    await asyncio.gather(api.queue.depth(), refuse_unfit(api.redis))


async def _use_postgres(api: HealthApi) -> None:
    """Query the pool, and see that requests could be counted: the ledger has its own connection."""
    await api.pool.fetchval("select 1")
    if not api.ledger.connected:
        raise LedgerUnavailable


async def _show_queue(api: HealthApi) -> None:
    """Refresh the queue's gauges; while Redis is away they keep their last values."""
    try:
        async with asyncio.timeout(PROBE_TIMEOUT_S):
            depth: Depth = await api.queue.depth()
    except (RedisError, TimeoutError):
        return
    api.surroundings.metrics.queue.show(
        ready=depth.ready,
        leased=depth.leased,
        delayed=depth.delayed,
        dead=depth.dead,
        oldest_seconds=max(depth.oldest_ms.values(), default=0) / 1_000,
        bound=depth.bound,
        paused=depth.paused,
    )

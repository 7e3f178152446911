"""What the routes work with, made once of the server's parts."""

from dataclasses import dataclass

import structlog

from fiblab.bootstrap import ServerParts
from fiblab.observability.logs import Category
from fiblab.observability.metrics import ServerMetrics
from fiblab.redis import ReplyLost, Unavailable
from fiblab.server.believing import Believer
from fiblab.server.breaker import Breaker, BreakerState
from fiblab.server.cache_script import CacheScripts, RateLimit
from fiblab.server.drain import Drain
from fiblab.server.events.feed import EventFeed
from fiblab.server.intake import Intake
from fiblab.server.looking_up import LookUp
from fiblab.server.waiting import Waiting
from fiblab.storage import POSTGRES_ERRORS, LedgerIndefinite, LedgerUnavailable

_log = structlog.get_logger()

#: An error reply of Redis is none of these: it answers, and other commands may well succeed.
REDIS_FAILURES = (Unavailable, ReplyLost)
POSTGRES_FAILURES = (LedgerUnavailable, LedgerIndefinite, *POSTGRES_ERRORS)


@dataclass(frozen=True, slots=True)
class Services:
    """One of each."""

    believer: Believer
    look_up: LookUp
    intake: Intake
    waiting: Waiting
    feed: EventFeed
    redis_breaker: Breaker
    postgres_breaker: Breaker


def build_services(parts: ServerParts, drain: Drain, metrics: ServerMetrics) -> Services:
    """Make the services, the two breakers shared among them."""
    settings = parts.settings
    redis_breaker = _breaker("redis", REDIS_FAILURES, parts, metrics)
    postgres_breaker = _breaker("postgres", POSTGRES_FAILURES, parts, metrics)
    rate_limit = RateLimit(settings.rate_limit_per_s, settings.rate_limit_burst)
    scripts = CacheScripts(
        parts.redis,
        parts.queue,
        parts.value_keys,
        dense_max_index=settings.dense_max_index,
        light_max_index=settings.light_max_index,
        rate_limit=rate_limit,
    )
    believer = Believer(parts.values.remembered, parts.values.get, metrics.value_reads)
    look_up = LookUp(
        scripts=scripts,
        believer=believer,
        queue=parts.queue,
        requests=parts.requests,
        redis_breaker=redis_breaker,
        postgres_breaker=postgres_breaker,
        light_max_index=settings.light_max_index,
    )
    intake = Intake(
        scripts=scripts,
        believer=believer,
        look_up=look_up,
        ledger=parts.ledger,
        redis_breaker=redis_breaker,
        postgres_breaker=postgres_breaker,
        rate_limit=rate_limit,
        rate_limited=metrics.rate_limited,
    )
    waiting = Waiting(look_up.one, drain)
    feed = EventFeed(parts.open_events, parts.events, drain)
    metrics.event_listeners.set_function(lambda: feed.listeners)
    return Services(believer, look_up, intake, waiting, feed, redis_breaker, postgres_breaker)


def _breaker(
    dependency: str,
    failures: tuple[type[BaseException], ...],
    parts: ServerParts,
    metrics: ServerMetrics,
) -> Breaker:
    def on_change(name: str, state: BreakerState) -> None:
        metrics.set_breaker(name, state)
        _log.warning(
            "breaker changed", category=Category.DEPENDENCY, dependency=name, state=state.value
        )

    metrics.set_breaker(dependency, BreakerState.CLOSED)
    return Breaker(
        dependency,
        threshold=parts.settings.breaker_threshold,
        reset_s=parts.settings.breaker_reset_s,
        failures=failures,
        on_change=on_change,
    )

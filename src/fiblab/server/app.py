"""The application: routes over the services, every error answered, the layer around all."""

from collections.abc import Callable

import structlog
from blacksheep import Application, Content, Request, Response, StreamedContent
from blacksheep.scribe import send_asgi_response
from blacksheep.server.routing import Router

from fiblab.bootstrap import ServerParts
from fiblab.observability.logs import Category
from fiblab.queue.attendance import Attendance
from fiblab.server.allowed_hosts import AllowedHosts
from fiblab.server.answer_log import AnswerLog
from fiblab.server.answers import written
from fiblab.server.api.dead_letters import add_dead_letters
from fiblab.server.api.digits import DigitsApi, add_digits
from fiblab.server.api.events import add_events
from fiblab.server.api.fibonacci import FibonacciApi, add_fibonacci
from fiblab.server.api.health import HealthApi, add_health
from fiblab.server.api.jobs import add_jobs
from fiblab.server.api.most_requested import add_most_requested
from fiblab.server.api.queue import add_queue
from fiblab.server.api.ranges import RangesApi, add_ranges
from fiblab.server.api.reference import add_reference
from fiblab.server.api.unmatched import add_unmatched
from fiblab.server.api.workers import add_workers
from fiblab.server.asgi import Receive, Scope, Send
from fiblab.server.by_heart import remembered
from fiblab.server.client_address import ClientAddresses
from fiblab.server.cors import Cors
from fiblab.server.exchange import Exchange, exchange_of
from fiblab.server.layer import Layer, LayerParts
from fiblab.server.openapi import Limits
from fiblab.server.operating import Operating
from fiblab.server.operator_gate import OperatorGate
from fiblab.server.problems import INTERNAL
from fiblab.server.refusals import problem_answer, refusal_of
from fiblab.server.security import security_headers
from fiblab.server.services import Services, build_services
from fiblab.server.surroundings import Surroundings

#: Adds routes that this package does not know; what they hold open ends when the drain begins.
MoreRoutes = Callable[[Router, Surroundings], None]

_log = structlog.get_logger()


class Api(Application):
    """BlackSheep's application, with every error answered as a problem in one place."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; what BlackSheep would send in two messages leaves in one write."""
        if scope["type"] != "http":
            await super().__call__(scope, receive, send)  # type: ignore[no-untyped-call] # as BlackSheep's
            return
        request = self.instantiate_request(scope, receive)
        response = await self.handle(request)
        answer_whole = exchange_of(request).answer_whole
        if answer_whole is None or isinstance(response.content, StreamedContent):
            await send_asgi_response(response, send)
        else:
            await answer_whole(response.status, *written(response))

    async def handle(self, request: Request) -> Response:
        """Answer a request, whatever happens in its handler."""
        exchange = exchange_of(request)
        try:
            match = self.router.get_match(request)
            assert match is not None  # noqa: S101 - the fallback matches whatever is left
            exchange.route = match.pattern.decode()
            request.route_values = match.values
            answer: Response = await match.handler(request)
        except Exception as error:  # noqa: BLE001 - the boundary: whatever it is, it gets an answer
            return _refuse(exchange, error)
        return answer


def _refuse(exchange: Exchange, error: Exception) -> Response:
    refusal = refusal_of(error)
    if refusal.problem is INTERNAL:
        request_id = exchange.request_id
        _log.error("request failed", request_id=request_id, category=Category.BUG, exc_info=error)
    status, headers, body = problem_answer(refusal, exchange)
    (_, media_type), *others = headers
    return Response(status, others, Content(media_type, body))


def no_more_routes(_router: Router, _surroundings: Surroundings) -> None:
    """Leave it at the product's own."""


def build_app(
    parts: ServerParts, surroundings: Surroundings, add_more: MoreRoutes = no_more_routes
) -> Layer:
    """Make the ASGI application; the parts stay the caller's to close."""
    settings = parts.settings
    services = build_services(parts, surroundings.drain, surroundings.metrics)
    router = build_router(parts, surroundings, services)
    add_more(router, surroundings)
    add_unmatched(router, surroundings.page)
    layer = Layer(
        LayerParts(
            app=Api(router=router),
            cors=Cors(settings.cors_origins),
            clients=ClientAddresses(settings.trusted_proxies),
            drain=surroundings.drain,
            security=security_headers(surroundings.page.index_html),
            hosts=AllowedHosts(settings.allowed_hosts, settings.host),
            deadline_s=settings.request_deadline_s,
            in_flight_limit=settings.in_flight_limit,
            on_answer=AnswerLog(surroundings.metrics).write,
            by_heart=remembered(services.believer),
        )
    )
    surroundings.metrics.in_flight.set_function(lambda: layer.in_flight)
    return layer


def build_router(parts: ServerParts, surroundings: Surroundings, services: Services) -> Router:
    """Give every address of the product what answers there."""
    settings, router = parts.settings, Router()
    look_up, intake, max_index = services.look_up, services.intake, settings.max_index
    add_fibonacci(
        router, FibonacciApi(look_up, intake, services.waiting, max_index, settings.wait_limit_s)
    )
    add_digits(router, DigitsApi(look_up, parts.values, services.redis_breaker, max_index))
    add_ranges(
        router,
        RangesApi(look_up, intake, max_index, settings.range_limit, settings.body_limit_bytes),
    )
    add_most_requested(router, parts.requests, services.postgres_breaker)
    add_reference(router, Limits(max_index, settings.range_limit, int(settings.wait_limit_s)))
    operating = _operating(parts, services)
    add_queue(router, operating)
    add_jobs(router, operating, parts.events)
    add_events(router, services.feed)
    add_dead_letters(router, operating)
    add_workers(router, Attendance(parts.redis, parts.queue), services.redis_breaker)
    add_health(
        router,
        HealthApi(parts.redis, parts.queue, parts.pool, parts.ledger, services, surroundings),
    )
    return router


def _operating(parts: ServerParts, services: Services) -> Operating:
    settings = parts.settings
    return Operating(
        gate=OperatorGate(settings.operator_token.get_secret_value(), settings.host),
        queue=parts.queue,
        redis_breaker=services.redis_breaker,
        max_index=settings.max_index,
        body_limit_bytes=settings.body_limit_bytes,
    )

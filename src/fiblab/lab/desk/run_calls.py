"""/api/v1/lab/runs: to run an experiment, follow it, and keep what it showed."""

from collections.abc import AsyncIterator

from blacksheep import Content, Request, Response, StreamedContent
from blacksheep.server.routing import Router

from fiblab.lab.desk import wire
from fiblab.lab.desk.bodies import empty_object, read_object
from fiblab.lab.desk.gate import LabGate
from fiblab.lab.desk.journal import Journal
from fiblab.lab.desk.runs import Runs
from fiblab.lab.desk.stream import events
from fiblab.server.answers import JSON, NO_STORE, json_answer
from fiblab.server.client_connection import connection_of
from fiblab.server.drain import Drain
from fiblab.server.events.sse import EVENT_STREAM, HEADERS
from fiblab.server.exchange import Exchange, exchange_of
from fiblab.server.fields import query_fields
from fiblab.server.problems import invalid


def add_runs(router: Router, gate: LabGate, runs: Runs) -> None:
    """Add the calls about all runs."""

    @router.route("/api/v1/lab/runs", methods=["GET", "HEAD"])
    async def get_runs(request: Request) -> Response:
        gate.admit_to_look(exchange_of(request))
        return json_answer(exchange_of(request), wire.Runs(runs.items()))

    @router.post("/api/v1/lab/runs")
    async def begin_run(request: Request) -> Response:
        exchange = exchange_of(request)
        gate.admit_to_change(exchange)
        run = await runs.begin(await read_object(request, wire.RunAsked))
        return json_answer(exchange, wire.RunBegun(run.name), status=201)

    @router.post("/api/v1/lab/runs/{run}/cancel")
    async def cancel_run(request: Request) -> Response:
        exchange = exchange_of(request)
        gate.admit_to_change(exchange)
        await empty_object(request)
        run = runs.cancel(str(request.route_values["run"]))
        return json_answer(exchange, run.item, status=202)


def add_run(router: Router, gate: LabGate, runs: Runs, journal: Journal, drain: Drain) -> None:
    """Add the calls by which one run is watched."""

    @router.route("/api/v1/lab/runs/{run}", methods=["GET", "HEAD"])
    async def get_bundle(request: Request) -> Response:
        gate.admit_to_look(exchange_of(request))
        name = str(request.route_values["run"])
        bundle = journal.read_bundle(name)
        headers = [NO_STORE]
        if query_fields(request, ["download"]).get("download") == "1":
            headers.append((b"content-disposition", _attachment(name)))
        return Response(200, headers, Content(JSON, bundle))

    @router.get("/api/v1/lab/runs/{run}/stream")
    async def get_stream(request: Request) -> Response:
        exchange = exchange_of(request)
        gate.admit_to_look(exchange)
        run = runs.find(str(request.route_values["run"]))
        after = _last_event_id(exchange)
        if run.is_over and after >= len(run.lines):
            return Response(204, [NO_STORE])  # a listener that comes back has had it all
        exchange.endless = True
        connection = connection_of(request)

        async def stream() -> AsyncIterator[bytes]:
            async for text in events(run, after, connection, drain):
                yield text

        return Response(200, list(HEADERS), StreamedContent(EVENT_STREAM, stream))


def _attachment(name: str) -> bytes:
    return f'attachment; filename="fiblab-{name}.json"'.encode()


def _last_event_id(exchange: Exchange) -> int:
    text = exchange.header(b"last-event-id") or "0"
    if not (text.isascii() and text.isdigit() and len(text) < len("1000000000")):
        raise invalid("Last-Event-ID", "must be the number of a line, as an event's `id` tells it")
    return int(text)

"""/api/v1/lab/processes: the processes of `up`, to see and to break."""

from blacksheep import Request, Response
from blacksheep.server.routing import Router

from fiblab.embedded.control import Order, Told
from fiblab.lab.desk.bodies import empty_object
from fiblab.lab.desk.control import ANSWER_LIMIT_S, Control
from fiblab.lab.desk.gate import LabGate
from fiblab.lab.desk.problems import NO_SUCH_PROCESS, ORDER_REFUSED
from fiblab.lab.desk.wire import Processes
from fiblab.server.answers import json_answer
from fiblab.server.exchange import Exchange, exchange_of
from fiblab.server.problems import NOT_FOUND, Refusal


def add_processes(router: Router, gate: LabGate, control: Control) -> None:
    """Add both calls."""

    @router.route("/api/v1/lab/processes", methods=["GET", "HEAD"])
    async def get_processes(request: Request) -> Response:
        exchange = exchange_of(request)
        gate.admit_to_look(exchange)
        exchange.extend_deadline(ANSWER_LIMIT_S + 1)
        return _answer(exchange, await control.ask())

    @router.post("/api/v1/lab/processes/{name}/{order}")
    async def order_process(request: Request) -> Response:
        exchange = exchange_of(request)
        gate.admit_to_change(exchange)
        await empty_object(request)
        order = _order(str(request.route_values["order"]))
        exchange.extend_deadline(ANSWER_LIMIT_S + 1)
        return _answer(exchange, await control.ask(str(request.route_values["name"]), order))


def _order(word: str) -> Order:
    try:
        return Order(word)
    except ValueError:
        raise Refusal(NOT_FOUND, f"The orders are {', '.join(Order)}.") from None


def _answer(exchange: Exchange, told: Told) -> Response:
    if told.refused == "unknown":
        raise Refusal(NO_SUCH_PROCESS, told.why)
    if told.refused:
        raise Refusal(ORDER_REFUSED, told.why)
    return json_answer(exchange, Processes(told.items))

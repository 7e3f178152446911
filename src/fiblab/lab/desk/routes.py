"""Every call of the lab, added to an ordinary server's."""

from dataclasses import dataclass

from blacksheep import Content, Request, Response
from blacksheep.server.routing import Router

from fiblab import __version__
from fiblab.lab.desk.answers import add_answers
from fiblab.lab.desk.catalogue import described
from fiblab.lab.desk.control import Control
from fiblab.lab.desk.experiments import add_experiments
from fiblab.lab.desk.gate import LabGate
from fiblab.lab.desk.journal import Journal
from fiblab.lab.desk.problems import TABLE
from fiblab.lab.desk.processes import add_processes
from fiblab.lab.desk.run_calls import add_run, add_runs
from fiblab.lab.desk.runs import Runs
from fiblab.lab.desk.source import add_source
from fiblab.lab.desk.wire import Lab
from fiblab.server.answers import json_answer
from fiblab.server.api.reference import HTML, problem_page
from fiblab.server.exchange import exchange_of
from fiblab.server.problem_type import ProblemType
from fiblab.server.surroundings import Surroundings


@dataclass(frozen=True, slots=True)
class LabParts:
    """What the lab's calls work with."""

    gate: LabGate
    journal: Journal
    runs: Runs
    control: Control


def add_lab(router: Router, surroundings: Surroundings, parts: LabParts) -> None:
    """Add them all."""
    gate, journal, runs = parts.gate, parts.journal, parts.runs

    @router.route("/api/v1/lab", methods=["GET", "HEAD"])
    async def get_lab(request: Request) -> Response:
        gate.admit_to_look(exchange_of(request))
        return json_answer(exchange_of(request), Lab(gate.token, len(described()), __version__))

    add_processes(router, gate, parts.control)
    add_experiments(router, gate, journal)
    add_runs(router, gate, runs)
    add_run(router, gate, runs, journal, surroundings.drain)
    add_answers(router, gate, journal)
    add_source(router, gate)
    for kind in TABLE:
        _add_problem_type(router, kind)


def _add_problem_type(router: Router, kind: ProblemType) -> None:
    page = problem_page(kind).encode()

    @router.route(kind.uri, methods=["GET", "HEAD"])
    async def get_problem_type(_request: Request) -> Response:
        return Response(200, None, Content(HTML, page))

"""/api/v1/lab/experiments: what can be tried, and how it went."""

import asyncio

from blacksheep import Request, Response
from blacksheep.server.routing import Router

from fiblab.lab.desk.catalogue import described, find
from fiblab.lab.desk.gate import LabGate
from fiblab.lab.desk.journal import Journal
from fiblab.lab.desk.wire import ExperimentItem, ExperimentPage, Experiments
from fiblab.server.answers import json_answer
from fiblab.server.exchange import exchange_of


def add_experiments(router: Router, gate: LabGate, journal: Journal) -> None:
    """Add both calls."""

    @router.route("/api/v1/lab/experiments", methods=["GET", "HEAD"])
    async def get_experiments(request: Request) -> Response:
        gate.admit_to_look(exchange_of(request))
        experiments = await asyncio.to_thread(described)
        last = journal.last_runs()
        items = [ExperimentItem.of(one, last.get(one.id)) for one in experiments]
        return json_answer(exchange_of(request), Experiments(items))

    @router.route("/api/v1/lab/experiments/{id}", methods=["GET", "HEAD"])
    async def get_experiment(request: Request) -> Response:
        gate.admit_to_look(exchange_of(request))
        experiment = await asyncio.to_thread(find, str(request.route_values["id"]))
        page = ExperimentPage.of(experiment, journal.last_runs().get(experiment.id))
        return json_answer(exchange_of(request), page)

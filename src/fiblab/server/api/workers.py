"""/api/v1/workers: who works, and on what."""

from datetime import UTC, datetime

from blacksheep import Request, Response
from blacksheep.server.routing import Router

from fiblab.queue.attendance import Attendance
from fiblab.queue.roll import PresentWorker
from fiblab.server.answers import json_answer
from fiblab.server.breaker import Breaker
from fiblab.server.exchange import exchange_of
from fiblab.server.wire_workers import HeldJob, Worker, Workers


def add_workers(router: Router, attendance: Attendance, breaker: Breaker) -> None:
    """Add the call."""

    @router.route("/api/v1/workers", methods=["GET", "HEAD"])
    async def get_workers(request: Request) -> Response:
        with breaker:
            present = await attendance.workers()
        return json_answer(exchange_of(request), Workers([_wire(worker) for worker in present]))


def _wire(worker: PresentWorker) -> Worker:
    presence = worker.presence
    return Worker(
        name=presence.name,
        host=presence.host,
        pid=presence.pid,
        lanes=list(presence.lanes),
        since=datetime.fromtimestamp(presence.since_ms / 1_000, UTC),
        seen_s_ago=worker.seen_ms_ago / 1_000,
        holds=[
            HeldJob(int(job.id), job.attempt, job.lease_left_ms / 1_000) for job in worker.holds
        ],
    )

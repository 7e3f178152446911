"""/api/v1/queue: how much waits where, and the stop and go of claiming."""

from blacksheep import Request, Response
from blacksheep.server.routing import Router

from fiblab.queue import Depth, Queue
from fiblab.server.answers import json_answer
from fiblab.server.exchange import exchange_of
from fiblab.server.operating import Operating
from fiblab.server.wire import LaneDepth, Pause, QueueDepth


def add_queue(router: Router, operating: Operating) -> None:
    """Add all three."""

    @router.route("/api/v1/queue", methods=["GET", "HEAD"])
    async def get_queue(request: Request) -> Response:
        depth = await operating.look(Queue.depth)
        return json_answer(exchange_of(request), _wire(depth))

    @router.post("/api/v1/queue/pause")
    async def pause_queue(request: Request) -> Response:
        exchange = exchange_of(request)
        operating.gate.admit(exchange)
        await operating.change(Queue.pause)
        return json_answer(exchange, Pause(paused=True))

    @router.post("/api/v1/queue/resume")
    async def resume_queue(request: Request) -> Response:
        exchange = exchange_of(request)
        operating.gate.admit(exchange)
        await operating.change(Queue.resume)
        return json_answer(exchange, Pause(paused=False))


def _wire(depth: Depth) -> QueueDepth:
    return QueueDepth(
        lanes=[
            LaneDepth(lane, ready, depth.oldest_ms[lane] / 1_000)
            for lane, ready in depth.ready.items()
        ],
        leased=depth.leased,
        delayed=depth.delayed,
        dead=depth.dead,
        bound=depth.bound,
        paused=depth.paused,
    )

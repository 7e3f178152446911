"""The layer around the application: what becomes of a request that is cut off."""

import asyncio
import gc
import json
from typing import Any

import pytest

from fiblab.server.allowed_hosts import AllowedHosts
from fiblab.server.asgi import App, Message, Receive, Scope, Send
from fiblab.server.client_address import ClientAddresses
from fiblab.server.cors import Cors
from fiblab.server.drain import Drain
from fiblab.server.exchange import SCOPE_KEY
from fiblab.server.layer import Layer, LayerParts


def layer_around(app: App, drain: Drain, statuses: list[int]) -> Layer:
    """Make a layer; the statuses of what counts as answered are added to the list."""
    return Layer(
        LayerParts(
            app=app,
            cors=Cors(()),
            clients=ClientAddresses(()),
            drain=drain,
            security=(),
            hosts=AllowedHosts((), "127.0.0.1"),
            deadline_s=60,
            in_flight_limit=10,
            on_answer=lambda _exchange, _path, status, _seconds: statuses.append(status),
        )
    )


def scope_of_request() -> Scope:
    """Write a request as the server hands it over."""
    return {
        "type": "http",
        "method": "POST",
        "path": "/api/v1/fibonacci/5",
        "raw_path": b"/api/v1/fibonacci/5",
        "query_string": b"",
        "headers": [(b"host", b"localhost")],
        "client": ("127.0.0.1", 1),
    }


async def receive() -> Message:
    """Give an empty body."""
    return {"type": "http.request", "body": b""}


class NeverAnswers:
    """An application that has begun and is not done, as one that waits for a store."""

    def __init__(self) -> None:
        self.begun = asyncio.Event()

    async def __call__(self, _scope: Scope, _receive: Receive, _send: Send) -> None:
        """Wait for ever."""
        self.begun.set()
        await asyncio.Event().wait()


class EndsWhenTold:
    """An application that has begun an answer without end, until it is told to end it."""

    def __init__(self, *, endless: bool) -> None:
        self._endless = endless
        self.begun = asyncio.Event()
        self.end = asyncio.Event()

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        """Answer in two pieces."""
        scope[SCOPE_KEY].endless = self._endless
        await send({"type": "http.response.start", "status": 200, "headers": []})
        self.begun.set()
        await self.end.wait()
        await send({"type": "http.response.body", "body": b""})


class Cut:
    """One request to a layer around such an application, cut off in its middle."""

    def __init__(self, drain: Drain) -> None:
        self.sent: list[Message] = []
        self._app = NeverAnswers()
        self._layer = layer_around(self._app, drain, [])

    async def run(self) -> None:
        """Ask, wait until the application has begun, and cut it off."""
        task = asyncio.create_task(self._layer(scope_of_request(), receive, self._send))
        await self._app.begun.wait()
        task.cancel()
        await task

    async def _send(self, message: Message) -> None:
        self.sent.append(message)


async def test_cut_off_by_the_servers_end_it_says_that_the_outcome_is_unknown() -> None:
    """It may have been counted: no silence, and no 500."""
    drain = Drain()
    drain.begin()
    cut = Cut(drain)
    await cut.run()
    start, body = cut.sent
    problem: dict[str, Any] = json.loads(body["body"])
    assert start["status"] == 503
    assert problem["type"].endswith("outcome-unknown")
    assert problem["definite"] is False


async def test_cut_off_otherwise_it_is_cancelled() -> None:
    """Whoever cancels a task outside of a shutdown means it."""
    cut = Cut(Drain())
    with pytest.raises(asyncio.CancelledError):
        await cut.run()
    assert cut.sent == []


@pytest.mark.parametrize("endless", [True, False])
async def test_an_endless_answer_counts_as_answered_when_it_begins(*, endless: bool) -> None:
    """It is no longer in flight then, and counts once; any other one counts when it ends."""
    app, statuses = EndsWhenTold(endless=endless), list[int]()
    layer = layer_around(app, Drain(), statuses)

    async def send(_message: Message) -> None:
        pass

    answering = asyncio.create_task(layer(scope_of_request(), receive, send))
    await app.begun.wait()
    assert (layer.in_flight, statuses) == ((0, [200]) if endless else (1, []))
    app.end.set()
    await answering
    assert (layer.in_flight, statuses) == (0, [200])


async def test_a_request_leaves_no_garbage_behind() -> None:
    """What refers to itself lives until the collector comes by: at 20,000 requests a second, long.

    The collector would then hold up all requests at once.
    """

    async def app(scope: Scope, _receive: Receive, _send: Send) -> None:
        await scope[SCOPE_KEY].answer_whole(200, [], b"{}")

    async def send(_message: Message) -> None:
        pass

    layer = layer_around(app, Drain(), [])
    gc.collect()
    gc.disable()
    try:
        for _ in range(10):
            await layer(scope_of_request(), receive, send)
        assert gc.collect() == 0
    finally:
        gc.enable()

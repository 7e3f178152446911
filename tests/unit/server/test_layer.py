"""The layer around the application: what becomes of a request that is cut off."""

import asyncio
import json
from typing import Any

import pytest

from fiblab.server.allowed_hosts import AllowedHosts
from fiblab.server.client_address import ClientAddresses
from fiblab.server.cors import Cors
from fiblab.server.drain import Drain
from fiblab.server.layer import Layer, LayerParts, Message, Receive, Scope, Send


class NeverAnswers:
    """An application that has begun and is not done, as one that waits for a store."""

    def __init__(self) -> None:
        self.begun = asyncio.Event()

    async def __call__(self, _scope: Scope, _receive: Receive, _send: Send) -> None:
        """Wait for ever."""
        self.begun.set()
        await asyncio.Event().wait()


class Cut:
    """One request to a layer around such an application, cut off in its middle."""

    def __init__(self, drain: Drain) -> None:
        self.sent: list[Message] = []
        self._app = NeverAnswers()
        self._layer = Layer(
            LayerParts(
                app=self._app,
                cors=Cors(()),
                clients=ClientAddresses(()),
                drain=drain,
                security=(),
                hosts=AllowedHosts((), "127.0.0.1"),
                deadline_s=60,
                in_flight_limit=10,
                on_answer=lambda _exchange, _path, _status, _seconds: None,
            )
        )

    async def run(self) -> None:
        """Ask, wait until the application has begun, and cut it off."""
        scope = {
            "type": "http",
            "method": "POST",
            "path": "/api/v1/fibonacci/5",
            "raw_path": b"/api/v1/fibonacci/5",
            "query_string": b"",
            "headers": [(b"host", b"localhost")],
            "client": ("127.0.0.1", 1),
        }
        task = asyncio.create_task(self._layer(scope, self._receive, self._send))
        await self._app.begun.wait()
        task.cancel()
        await task

    async def _receive(self) -> Message:
        return {"type": "http.request", "body": b""}

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

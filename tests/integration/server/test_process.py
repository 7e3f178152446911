"""A server as the process that operators run: its log, and its end under load."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg
import pytest

from fiblab.config import ServerSettings

from .conftest import PATIENCE_S
from .raw_http import ask, read_answer, request

#: Clients that send all the time, and answers to wait for before the signal.
CLIENTS, ANSWERS = 16, 300


@dataclass
class ServerProcess:
    """`fiblab server`, and what it has logged so far, as records and as written."""

    process: asyncio.subprocess.Process
    port: int = 0
    log: list[dict[str, Any]] = field(default_factory=list)
    lines: list[bytes] = field(default_factory=list)
    errors: bytes = b""

    async def logged(self, event: str, **fields: object) -> dict[str, Any]:
        """Read the log until it tells of this event; every line is one record of JSON."""
        assert self.process.stdout is not None
        async with asyncio.timeout(PATIENCE_S):
            async for line in self.process.stdout:
                self.lines.append(line.removesuffix(b"\n"))
                record = json.loads(line)
                self.log.append(record)
                if record["event"] == event and fields.items() <= record.items():
                    return dict(record)
        raise AssertionError(f"the log ended without {event!r}: {self.log}")

    async def ended(self) -> int:
        """Wait for its end and return its status."""
        async with asyncio.timeout(PATIENCE_S):
            out, self.errors = await self.process.communicate()
        lines = out.removesuffix(b"\n").split(b"\n") if out else []
        self.lines += lines
        self.log += map(json.loads, lines)
        assert self.process.returncode is not None
        return self.process.returncode


@asynccontextmanager
async def server_process(settings: ServerSettings) -> AsyncIterator[ServerProcess]:
    """Run it until the test ends."""
    environment = {
        "FIBLAB_REDIS_URL": settings.redis_url.get_secret_value(),
        "FIBLAB_POSTGRES_URL": settings.postgres_url.get_secret_value(),
        "FIBLAB_PORT": "0",
        "FIBLAB_RATE_LIMIT_PER_S": "0",
    }
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "fiblab", "server"),
        env={**os.environ, **environment},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    server = ServerProcess(process)
    try:
        server.port = (await server.logged("listening"))["port"]
        yield server
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()


@dataclass
class Load:
    """What clients that send all the time have got back."""

    sent: int = 0
    accepted: int = 0
    enough: asyncio.Event = field(default_factory=asyncio.Event)

    async def client(self, port: int, index: int) -> None:
        """Ask on one connection that is kept, until the server ends it."""
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            while True:
                writer.write(request("POST", f"/api/v1/fibonacci/{index}"))
                self.sent += 1
                answer = await read_answer(reader)
                assert answer.status in {200, 202}
                self.accepted += 1
                if self.accepted >= ANSWERS:
                    self.enough.set()
                if answer.headers.get("connection") == "close":
                    return
        except asyncio.IncompleteReadError as end:
            # Closed before the request was read: it was never taken in.
            assert end.partial == b""  # noqa: PT017 - half an answer would be one that was dropped
        except ConnectionError:
            pass
        finally:
            writer.close()


def counted(settings: ServerSettings) -> int:
    """Count the rows of the ledger."""
    with psycopg.connect(settings.postgres_url.get_secret_value()) as connection:
        row = connection.execute("select count(*) from request_ledger").fetchone()
    assert row is not None
    return int(row[0])


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_ends_under_load(settings: ServerSettings, number: signal.Signals) -> None:
    """Told to stop amid busy clients it ends, in order, and has dropped nothing it accepted."""
    load = Load()
    async with server_process(settings) as server:
        clients = [asyncio.create_task(load.client(server.port, i)) for i in range(CLIENTS)]
        await load.enough.wait()
        server.process.send_signal(number)
        await asyncio.gather(*clients)
        assert await server.ended() == 0
        assert server.errors == b""
    assert load.accepted <= counted(settings) <= load.sent
    assert [record for record in server.log if record["level"] != "info"] == []
    events = [record["event"] for record in server.log if record["event"] != "answered"]
    assert events == ["listening", "draining", "stopped"]


async def test_lets_go_of_who_waits(settings: ServerSettings) -> None:
    """Told to stop it answers those whom it holds at once."""
    async with server_process(settings) as server:
        await ask(server.port, request("POST", "/api/v1/fibonacci/40"))
        held = asyncio.create_task(
            ask(server.port, request("GET", "/api/v1/fibonacci/40", {"Prefer": "wait=20"}))
        )
        # Answered after the held one was read: both came over loopback in this order.
        await ask(server.port, request("GET", "/livez"))
        server.process.send_signal(signal.SIGTERM)
        answer = await held
        assert (answer.status, answer.headers["connection"]) == (202, "close")
        assert await server.ended() == 0


async def test_each_answer_is_one_line(settings: ServerSettings) -> None:
    """Each answer is logged with its request id, trace, route and status; nothing is injected."""
    async with server_process(settings) as server:
        sent = {"X-Request-ID": "a-1", "traceparent": f"00-{'a' * 32}-{'b' * 16}-01"}
        await ask(server.port, request("POST", "/api/v1/fibonacci/40?token=hunter2", sent))
        record = await server.logged("answered", request_id="a-1")
        assert record["trace_id"] == "a" * 32
        assert record["route"] == "/api/v1/fibonacci/{index}"
        assert (record["method"], record["path"]) == ("POST", "/api/v1/fibonacci/40")
        assert (record["status"], record["problem"]) == (202, None)
        assert record["client"] == "127.0.0.1"

        path = "/api/v1/fibonacci/5%0A%1B[31m%22%7D"
        answer = await ask(server.port, request("GET", path, {"X-Request-ID": "x\x1b"}))
        record = await server.logged("answered", request_id=answer.headers["x-request-id"])
        assert record["path"] == '/api/v1/fibonacci/5\n\x1b[31m"}'
        assert (record["status"], record["problem"]) == (422, "invalid-request")

        server.process.send_signal(signal.SIGTERM)
        await server.ended()
    written = json.dumps(server.log)
    for secret in ("hunter2", settings.redis_url, settings.postgres_url):
        text = secret if isinstance(secret, str) else secret.get_secret_value()
        assert text not in written
        assert text.partition("@")[0] not in written


async def test_bad_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    """A setting that cannot be used ends the start with a message that names it."""
    monkeypatch.setenv("FIBLAB_PORT", "eighty")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "fiblab", "server"), stderr=asyncio.subprocess.PIPE
    )
    _, errors = await process.communicate()
    assert process.returncode != 0
    assert b"FIBLAB_PORT" in errors

"""A desk in this process, on real stores: real processes to give orders about, stand-ins to run."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from blacksheep.server.routing import Router
from pydantic import SecretStr
from tests.integration.server.conftest import PATIENCE_S, ListeningServer

from fiblab.bootstrap import open_server_parts
from fiblab.cli.foreman import Foreman
from fiblab.config import ServerSettings
from fiblab.embedded import EmbeddedStack
from fiblab.embedded.data_dir import DataDir
from fiblab.embedded.process import ChildProcess, Command
from fiblab.embedded.supervisor import Supervisor
from fiblab.lab.desk.control import Control
from fiblab.lab.desk.gate import LabGate
from fiblab.lab.desk.journal import Journal
from fiblab.lab.desk.routes import LabParts, add_lab
from fiblab.lab.desk.runs import Runs
from fiblab.server.app import build_app
from fiblab.server.run import uvicorn_config
from fiblab.server.surroundings import Surroundings
from fiblab.storage.migrate import apply

from .stand_in_stage import SEEDS

STAND_IN = (sys.executable, str(Path(__file__).with_name("stand_in_stage.py")))
SLEEPS = "import signal; signal.pause()"


class Staff:
    """What `up` is to a desk: processes, their supervisor, and who obeys orders about them."""

    def __init__(self, data_dir: DataDir) -> None:
        self._data_dir = data_dir
        self.supervisor = Supervisor(lambda _: None)
        self.foreman = Foreman(self.supervisor, lambda number: self.hire(f"worker-{number}"))
        self.obeys = True
        for name in ("redis", "worker", "server"):
            self.hire(name)

    def hire(self, name: str) -> None:
        """Start one more process."""
        command = Command(name, [sys.executable, "-c", SLEEPS])
        process = ChildProcess(command, self._data_dir.log(name), self._data_dir.record)
        process.start()
        self.supervisor.keep(process)

    async def work(self) -> None:
        """Obey and look, as `up` does, until cancelled."""
        while True:
            if self.obeys:
                self.foreman.obey()
            self.supervisor.look()
            await asyncio.sleep(0.01)

    def pids(self) -> dict[str, int]:
        """Tell which process bears which name."""
        return {process.name: process.pid for process, _ in self.supervisor.states()}

    def close(self) -> None:
        """End them all."""
        self.supervisor.stop(PATIENCE_S)
        self.foreman.close()


@dataclass
class Desk:
    """A desk that listens, a client of it, and what it works with."""

    client: httpx.AsyncClient
    staff: Staff
    runs: Runs
    port: int

    async def get(self, path: str, **options: Any) -> httpx.Response:
        """Look, below /api/v1/lab."""
        return await self.client.get(f"/api/v1/lab{path}", **options)

    async def post(self, path: str, body: object = None, **options: Any) -> httpx.Response:
        """Change something, as the page does."""
        return await self.client.post(f"/api/v1/lab{path}", json=body or {}, **options)

    async def order(self, name: str, order: str) -> dict[str, str]:
        """Give an order that is obeyed; tell how each process is then."""
        answer = await self.post(f"/processes/{name}/{order}")
        assert answer.status_code == 200, answer.text
        return {item["name"]: item["state"] for item in answer.json()["items"]}

    async def begin(self, ending: str, **asked: object) -> str:
        """Begin a run that goes on as that ending does; tell its name."""
        body = {"experiment": "crash", "seed": SEEDS[ending], **asked}
        answer = await self.post("/runs", body)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["run"])

    async def listen(self, run: str, after: int | None = None) -> list[dict[str, Any]]:
        """Follow a run to the end of its stream; tell each event's fields."""
        headers = {} if after is None else {"Last-Event-ID": str(after)}
        answer = await self.get(f"/runs/{run}/stream", headers=headers)
        assert answer.headers["content-type"] == "text/event-stream"
        blocks = (block.splitlines() for block in answer.text.split("\n\n"))
        events = [dict(line.split(": ", 1) for line in block if line) for block in blocks]
        return [event for event in events if "event" in event]


Open = Callable[..., AbstractAsyncContextManager[Desk]]


@pytest.fixture
def staff() -> Iterator[Staff]:
    """Start three processes in the places of Redis, a worker and the server."""
    with DataDir.open(ephemeral=True) as data_dir:
        hired = Staff(data_dir)
        yield hired
        hired.close()


@pytest.fixture(scope="session")
def postgres_url(stack: EmbeddedStack) -> str:
    """Give one database with the schema: no call of the lab's reads or writes it."""
    apply(stack.postgres_url)
    return stack.postgres_url


@pytest.fixture
def settings(redis_url: str, postgres_url: str) -> ServerSettings:
    """Give settings on real stores."""
    return ServerSettings(
        redis_url=SecretStr(redis_url), postgres_url=SecretStr(postgres_url), port=0
    )


@pytest.fixture
def open_desk(settings: ServerSettings, staff: Staff, tmp_path: Path) -> Open:
    """Open desks with some settings changed, all with one folder."""

    @asynccontextmanager
    async def opened(**changes: Any) -> AsyncIterator[Desk]:
        here = settings.model_copy(update=changes)
        journal = Journal(tmp_path)
        runs, control = Runs(journal, STAND_IN), Control(os.dup(staff.foreman.fd))
        parts = LabParts(LabGate(here.host), journal, runs, control)

        def add_more(router: Router, surroundings: Surroundings) -> None:
            add_lab(router, surroundings, parts)

        surroundings = replace(Surroundings.make())
        at_work = asyncio.create_task(staff.work())
        async with open_server_parts(here) as server_parts:
            app = build_app(server_parts, surroundings, add_more)
            server = ListeningServer(uvicorn_config(here, app))
            serving = asyncio.create_task(server.serve())
            try:
                async with asyncio.timeout(PATIENCE_S):
                    await server.listening.wait()
                port = server.servers[0].sockets[0].getsockname()[1]
                async with httpx.AsyncClient(
                    base_url=f"http://127.0.0.1:{port}",
                    headers={"X-Fiblab-Lab": parts.gate.token},
                    timeout=PATIENCE_S,
                ) as client:
                    yield Desk(client, staff, runs, port)
            finally:
                surroundings.drain.begin()
                server.told_to_stop.set()
                await serving
                await runs.close()
                control.close()
                at_work.cancel()
                with suppress(asyncio.CancelledError):
                    await at_work

    return opened


@pytest.fixture
async def desk(open_desk: Open) -> AsyncIterator[Desk]:
    """Open one with the default settings."""
    async with open_desk() as opened:
        yield opened

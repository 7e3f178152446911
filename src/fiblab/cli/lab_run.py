"""One run of the whole lab: started step by step, watched, and ended in the reverse order.

data folder -> Redis, PostgreSQL -> schema, users -> server, workers -> page answers -> watch
                               ... and back, on Ctrl-C or when a step fails
"""

import os
import sys
import time
import webbrowser
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from urllib.parse import urlsplit

from fiblab.cli.exits import CommandFailed
from fiblab.cli.foreman import Foreman
from fiblab.cli.node import ROOT
from fiblab.cli.own_users import StoreUrls, let_services_in
from fiblab.cli.running import announced
from fiblab.cli.stop_signals import StopAsked, StopSignals
from fiblab.embedded import EmbeddedStack
from fiblab.embedded.errors import PortBusyError
from fiblab.embedded.ports import free_port, require_free
from fiblab.embedded.process import ChildProcess, Command
from fiblab.embedded.supervisor import LOOK_S, Supervisor
from fiblab.storage import AccessFailed, MigrationFailed
from fiblab.storage.access.privileges import Service
from fiblab.storage.migrate import apply

#: The port that is tried first, and how many after it.
FIRST_PORT, PORTS_TRIED = 8000, 10
#: Seconds for the server to answer that it is ready.
READY_LIMIT_S = 30.0
#: Seconds for server and workers to finish what they have in hand, above their own limits.
SERVICE_GRACE_S = 25.0
#: The server of a lab: the ordinary one, with the lab's own calls. It lies above this layer, and
#: is no part of a production image.
DESK = "fiblab.lab.desk"
#: Seconds for one look at /readyz.
PROBE_TIMEOUT_S = 2.0
#: Where everybody listens, and the address by which this machine reaches that.
EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - compared, not listened on


@dataclass(frozen=True, slots=True)
class Place:
    """Where the page shall be; a port of None is the first free one, 0 any free one."""

    host: str
    port: int | None
    open_browser: bool

    def choose_port(self) -> int:
        """Find the port; raises PortBusyError, which says who has it and what to do."""
        if self.port == 0:
            return free_port(self.host)
        if self.port is not None:
            require_free(self.host, self.port)
            return self.port
        for port in range(FIRST_PORT, FIRST_PORT + PORTS_TRIED):
            with suppress(PortBusyError):
                require_free(self.host, port)
                return port
        require_free(self.host, FIRST_PORT)  # says why not
        return FIRST_PORT

    def address(self, port: int) -> str:
        """Write the page's address as a browser on this machine takes it."""
        host = EVERYWHERE.get(self.host, self.host)
        return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


@dataclass(frozen=True, slots=True)
class Stores:
    """Which stores: those of the URLs, or own ones in a data folder."""

    redis_url: str | None
    postgres_url: str | None
    data_dir: Path | None
    ephemeral: bool


class LabRun:
    """Starts, watches and ends one lab; `run` raises an EmbeddedError or CommandFailed."""

    def __init__(self, place: Place, stores: Stores, workers: int) -> None:
        self._place = place
        self._workers = workers
        self._urls: dict[Service, StoreUrls] = {}
        self._began = time.monotonic()
        self._signals = StopSignals()
        self._supervisor = Supervisor(self._say)
        self._foreman = Foreman(self._supervisor, self._add_worker)
        self._stack = EmbeddedStack(
            ephemeral=stores.ephemeral,
            data_dir=stores.data_dir,
            redis_url=stores.redis_url,
            postgres_url=stores.postgres_url,
            say=self._say,
            pause=self._signals.pause,
        )

    def run(self) -> None:
        """Return once Ctrl-C or SIGTERM has ended everything; nothing is left running."""
        with self._signals, suppress(StopAsked), ExitStack() as ending:
            ending.callback(self._foreman.close)
            port = self._place.choose_port()
            self._start_stores(ending)
            page = self._start_services(ending, port)
            ending.enter_context(announced(page, self._stack.redis_url, self._stack.postgres_url))
            self._stack.data_dir.publish(page)
            self._welcome(page)
            self._watch()

    def _start_stores(self, ending: ExitStack) -> None:
        self._say("starting Redis and PostgreSQL")
        ending.callback(self._stack.stop)
        self._stack.start()
        for store in (self._stack.postgres, self._stack.redis):
            if store is not None:
                self._supervisor.keep(store.process, partial(store.start, self._signals.pause))
        self._say("bringing the database's schema up to date")
        try:
            apply(self._stack.postgres_url)
            self._urls = let_services_in(self._stack)
        except (MigrationFailed, AccessFailed) as failed:
            raise CommandFailed(str(failed), advice="See the logs of the stores.") from failed

    def _start_services(self, ending: ExitStack, port: int) -> str:
        self._say(f"starting the server and {self._workers} worker(s)")
        ending.callback(self._supervisor.stop, SERVICE_GRACE_S)
        ending.callback(self._say, "ending: what is in hand is finished or given back")
        for number in range(1, self._workers + 1):
            self._add_worker(number)
        server = self._start_server(port)
        page = self._place.address(port)
        server.wait_ready(lambda: is_ready(page), READY_LIMIT_S, self._signals.pause)
        return page

    def _add_worker(self, number: int) -> None:
        name = "worker" if number == 1 else f"worker-{number}"
        self._start(name, Service.WORKER, ["fiblab", "worker"])

    def _start_server(self, port: int) -> ChildProcess:
        control = self._foreman.fd
        place = ["--data-dir", str(self._stack.data_dir.path), "--control", str(control)]
        return self._start(
            "server",
            Service.SERVER,
            [DESK, *place],
            own={"FIBLAB_PORT": str(port)},
            pass_fds=[control],
        )

    def _start(
        self,
        name: str,
        service: Service,
        module: Sequence[str],
        *,
        own: Mapping[str, str] | None = None,
        pass_fds: Sequence[int] = (),
    ) -> ChildProcess:
        settings = {
            "FIBLAB_REDIS_URL": self._urls[service].redis,
            "FIBLAB_POSTGRES_URL": self._urls[service].postgres,
            "FIBLAB_HOST": self._place.host,
            **(own or {}),
        }
        program = [sys.executable, "-P", "-m", *module, "--until-stdin-closes"]
        command = Command(name, program, settings=settings, holds_stdin=True, pass_fds=pass_fds)
        data_dir = self._stack.data_dir
        process = ChildProcess(command, data_dir.log(name), data_dir.record)
        process.start()
        self._supervisor.keep(process)
        return process

    def _watch(self) -> None:
        """Obey and look until a signal comes; raises StartError for what is given up."""
        while True:
            self._foreman.obey()
            self._supervisor.look()
            self._signals.pause(LOOK_S)

    def _welcome(self, page: str) -> None:
        self._say("ready")
        program = "./fiblab" if (ROOT / "fiblab").is_file() else "fiblab"
        commands = (f"{program} {rest}" for rest in ("get 40 --wait", "queue depth", "doctor"))
        print(
            f"\n  The lab is open: {page}\n\n"
            f"  In another terminal: {' · '.join(commands)}\n"
            f"  Logs: {self._stack.data_dir.path / 'logs'}\n"
            "  Ctrl-C ends it.\n",
            flush=True,
        )
        if self._place.open_browser and _has_screen():
            webbrowser.open(page)

    def _say(self, text: str) -> None:
        """Tell on standard error what is being done, as the launcher does."""
        seconds = time.monotonic() - self._began
        print(f"fiblab {seconds:6.1f} s  {text}", file=sys.stderr, flush=True)


def is_ready(page: str) -> bool:
    """Look once whether the server at that address says that it is ready.

    Asked fifty times a second while the server needs both cores to start: httpx would spend 30 ms
    a look on making a client.
    """
    place = urlsplit(page)
    connection = HTTPConnection(place.hostname or "", place.port, timeout=PROBE_TIMEOUT_S)
    with closing(connection), suppress(OSError, HTTPException):
        connection.request("GET", "/readyz")
        return connection.getresponse().status == HTTPStatus.OK
    return False


def _has_screen() -> bool:
    """Whether a browser can show itself; without a screen Python would open one made of text."""
    return sys.platform == "darwin" or any(map(os.environ.get, ("DISPLAY", "WAYLAND_DISPLAY")))

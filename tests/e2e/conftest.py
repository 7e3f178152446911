"""The whole lab as its users start it: `fiblab up`, in a process of its own."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import httpx
import msgspec
import psutil
import pytest
from playwright.sync_api import Browser, BrowserContext

from fiblab.cli.running import Running

from .page_browser import browser_or_skip

ROOT = Path(__file__).parents[2]

#: Seconds until a lab must answer; a test that waits longer has failed.
START_LIMIT_SECONDS = 60

StartLab = Callable[..., AbstractContextManager["Lab"]]


class Lab:
    """One running lab, and its processes."""

    def __init__(self, process: subprocess.Popen[str], running: Running, state: Path) -> None:
        self.process = process
        self.running = running
        self.state = state

    @property
    def url(self) -> str:
        """Where the page and the API are."""
        return self.running.page

    def client(self, **options: object) -> httpx.Client:
        """Open an HTTP client of this lab."""
        return httpx.Client(base_url=self.url, timeout=60, **options)  # type: ignore[arg-type] # httpx's own options

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run another command of this user, beside the lab."""
        return subprocess.run(
            [sys.executable, "-m", "fiblab", *arguments],
            env=_environment(self.state),
            capture_output=True,
            text=True,
            check=False,
        )

    def processes(self) -> list[psutil.Process]:
        """List every process of it but `up` itself."""
        return psutil.Process(self.process.pid).children(recursive=True)

    def said(self) -> str:
        """Return what `up` has said so far."""
        return (self.state / "up.log").read_text()

    def stop(self) -> int:
        """End it as Ctrl-C does, and return its exit code."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(timeout=START_LIMIT_SECONDS)


def _environment(state: Path, **settings: str) -> dict[str, str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith("FIBLAB_")}
    return {
        **own,
        "PYTHONPATH": str(ROOT / "src"),
        "XDG_STATE_HOME": str(state),
        "COLUMNS": "100",
        **settings,
    }


@contextmanager
def running_lab(state: Path, *options: str, kept: bool = False, **settings: str) -> Iterator[Lab]:
    """Start `fiblab up` with its own state folder, wait until it answers, and end it.

    Its data are ephemeral unless they are to be `kept`, where an option says.
    """
    command = [sys.executable, "-m", "fiblab", "up", "--no-browser", "--port", "0"]
    command += [] if kept else ["--ephemeral"]
    log = (state / "up.log").open("w+", encoding="utf-8")
    with (
        log,
        subprocess.Popen(
            [*command, *options],
            stdout=log,
            stderr=log,
            text=True,
            env=_environment(state, **settings),
        ) as process,
    ):
        try:
            yield Lab(process, _wait_until_announced(process, state), state)
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGINT)
            process.wait(timeout=START_LIMIT_SECONDS)


def _wait_until_announced(process: subprocess.Popen[str], state: Path) -> Running:
    """Wait for the file by which a lab tells where it is, which it writes once it answers."""
    path = state / "fiblab" / "running" / f"{process.pid}.json"
    for _ in range(START_LIMIT_SECONDS * 20):
        if path.exists() and path.stat().st_size:
            return msgspec.json.decode(path.read_bytes(), type=Running)
        try:
            process.wait(timeout=0.05)
        except subprocess.TimeoutExpired:
            continue
        break
    pytest.fail(f"the lab did not start:\n{(state / 'up.log').read_text()}")


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """Give one lab to all tests that do not break it."""
    with running_lab(tmp_path_factory.mktemp("lab")) as running:
        yield running


@pytest.fixture
def start_lab(tmp_path: Path) -> StartLab:
    """Start labs of one's own, to break."""

    def start(*options: str, kept: bool = False, **settings: str) -> AbstractContextManager[Lab]:
        return running_lab(tmp_path, *options, kept=kept, **settings)

    return start


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Give Chromium to one module alone: its event loop would stand in async tests' way."""
    with browser_or_skip() as started:
        yield started


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """Give a browser without a past."""
    context = browser.new_context(viewport={"width": 1_280, "height": 900})
    yield context
    context.close()

"""The supervisor keeps real processes running, gives up where that is pointless, and ends them."""

import os
import signal
import time
from collections.abc import Callable

import pytest

from fiblab.embedded.errors import StartError
from fiblab.embedded.process import ChildProcess
from fiblab.embedded.supervisor import ENDS_LIMIT, STEADY_AFTER_S, Supervisor

from .conftest import MakeChild

SLEEPS = "import signal; signal.pause()"
STUBBORN = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf'); {SLEEPS}"
FAILS = "raise SystemExit('no such luck')"

Spawn = Callable[[str, str], ChildProcess]

#: Seconds after which a test that still waits has failed.
PATIENCE_S = 20.0


class Clock:
    """A clock that goes when it is told to."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        """Tell the time."""
        return self.seconds


@pytest.fixture
def spawn(make_child: MakeChild) -> Spawn:
    """Start a Python program as a child."""

    def start(name: str, program: str) -> ChildProcess:
        process = make_child(program, name=name)
        process.start()
        return process

    return start


def kill(process: ChildProcess) -> None:
    """Kill a child as somebody else would."""
    os.kill(process.pid, signal.SIGKILL)
    assert process.wait_ended(PATIENCE_S)


def test_a_killed_process_comes_back(spawn: Spawn) -> None:
    """It is told how it ended; after a pause it runs again, as another process."""
    said: list[str] = []
    clock = Clock()
    supervisor = Supervisor(said.append, clock)
    worker = spawn("worker", SLEEPS)
    supervisor.keep(worker)
    first = worker.pid
    kill(worker)
    supervisor.look()
    supervisor.look()
    assert worker.exit_status == -signal.SIGKILL
    clock.seconds += 0.5
    supervisor.look()
    assert worker.pid != first
    assert said == [
        "worker was ended by SIGKILL; starting it again in 0.5 s",
        f"worker runs again (pid {worker.pid})",
    ]
    supervisor.stop(PATIENCE_S)


def test_what_fails_again_and_again_is_given_up(spawn: Spawn) -> None:
    """The error quotes the end of its log."""
    clock = Clock()
    supervisor = Supervisor(lambda _: None, clock)
    server = spawn("server", FAILS)
    supervisor.keep(server)

    def look_until_given_up() -> None:
        for _ in range(2 * ENDS_LIMIT):
            server.wait_ended(PATIENCE_S)
            supervisor.look()
            clock.seconds += STEADY_AFTER_S - 1

    with pytest.raises(StartError, match="no such luck"):
        look_until_given_up()


def test_a_process_that_ran_well_has_its_patience_again(spawn: Spawn) -> None:
    """Kills that are far apart never add up to giving up."""
    said: list[str] = []
    clock = Clock()
    supervisor = Supervisor(said.append, clock)
    worker = spawn("worker", SLEEPS)
    supervisor.keep(worker)
    for _ in range(ENDS_LIMIT + 1):
        clock.seconds += STEADY_AFTER_S
        kill(worker)
        supervisor.look()
        clock.seconds += 0.5
        supervisor.look()
    assert worker.is_running
    assert said.count("worker was ended by SIGKILL; starting it again in 0.5 s") == ENDS_LIMIT + 1
    supervisor.stop(PATIENCE_S)


def test_the_last_one_is_stopped_first(spawn: Spawn, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that no process loses what it needs while it ends."""
    supervisor = Supervisor(lambda _: None)
    store, service = spawn("store", SLEEPS), spawn("service", SLEEPS)
    supervisor.keep(store)
    supervisor.keep(service)
    running_at_stop: list[bool] = []
    stop_service = service.stop

    def stop_and_look(grace_s: float, pause: Callable[[float], None] = time.sleep) -> None:
        stop_service(grace_s, pause)
        running_at_stop.append(store.is_running)

    monkeypatch.setattr(service, "stop", stop_and_look)
    supervisor.stop(PATIENCE_S)
    assert running_at_stop == [True]
    assert not store.is_running


def test_a_deaf_process_is_killed(spawn: Spawn) -> None:
    """After the grace period; the others are stopped all the same."""
    supervisor = Supervisor(lambda _: None)
    store, deaf = spawn("store", SLEEPS), spawn("deaf", STUBBORN)
    supervisor.keep(store)
    supervisor.keep(deaf)
    deaf.wait_ready(lambda: "deaf" in deaf.latest_log(), PATIENCE_S)
    supervisor.stop(0.1)
    assert deaf.exit_status == -signal.SIGKILL
    assert not store.is_running

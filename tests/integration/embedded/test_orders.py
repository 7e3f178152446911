"""What a learner orders of supervised processes is done, undone in time, and no failure."""

import signal
from collections.abc import Iterator

import psutil
import pytest

from fiblab.embedded.errors import NoSuchProcessError, OrderRefusedError, StartError
from fiblab.embedded.process import ChildProcess
from fiblab.embedded.supervisor import (
    ENDS_LIMIT,
    FIRST_WAIT_S,
    FREEZE_LIMIT_S,
    STOP_LIMIT_S,
    State,
    Supervisor,
)

from .conftest import MakeChild
from .test_supervisor import PATIENCE_S, SLEEPS, STUBBORN, Clock


class Scene:
    """One supervised worker, and a clock that goes when it is told to."""

    def __init__(self, worker: ChildProcess) -> None:
        self.worker = worker
        self.clock = Clock()
        self.said: list[str] = []
        self.supervisor = Supervisor(self.said.append, self.clock)
        self.supervisor.keep(worker)

    def state(self) -> State:
        """How the worker is."""
        ((_, state),) = self.supervisor.states()
        return state

    def pass_time(self, seconds: float) -> None:
        """Let the clock go, and look."""
        self.clock.seconds += seconds
        self.supervisor.look()

    def end(self) -> None:
        """Wait for the worker's end, and look."""
        assert self.worker.wait_ended(PATIENCE_S)
        self.supervisor.look()


@pytest.fixture
def scene(make_child: MakeChild) -> Iterator[Scene]:
    """Start the worker."""
    worker = make_child(SLEEPS, name="worker")
    worker.start()
    scene = Scene(worker)
    yield scene
    scene.supervisor.stop(PATIENCE_S)


def is_frozen(process: ChildProcess) -> bool:
    """Ask the system."""
    return psutil.Process(process.pid).status() == psutil.STATUS_STOPPED


def wait_until_frozen(process: ChildProcess) -> None:
    """Wait until the system has done it: the signal is only sent by then."""
    while not is_frozen(process):
        pass


def test_a_killed_one_comes_back_soon_however_often(scene: Scene) -> None:
    """Kills by order are no failures: they never add up to giving up, nor to longer waits."""
    for _ in range(ENDS_LIMIT + 2):
        before = scene.worker.pid
        scene.supervisor.kill("worker")
        assert scene.worker.exit_status == -signal.SIGKILL
        assert scene.state() is State.ENDED
        scene.pass_time(FIRST_WAIT_S)
        assert scene.state() is State.RUNNING
        assert scene.worker.pid != before


def test_a_frozen_one_stands_still_until_it_is_thawed(scene: Scene) -> None:
    """Its process is stopped, and the very same one goes on."""
    pid = scene.worker.pid
    scene.supervisor.freeze("worker")
    wait_until_frozen(scene.worker)
    assert scene.state() is State.FROZEN
    scene.supervisor.thaw("worker")
    assert not is_frozen(scene.worker)
    assert [state for _, state in scene.supervisor.states()] == [State.RUNNING]
    assert scene.worker.pid == pid


def test_nobody_stays_frozen_for_ever(scene: Scene) -> None:
    """A page that was closed thaws what it froze: the supervisor does it when the time is up."""
    scene.supervisor.freeze("worker")
    wait_until_frozen(scene.worker)
    scene.pass_time(FREEZE_LIMIT_S - 1)
    assert is_frozen(scene.worker)
    scene.pass_time(1)
    assert (scene.state(), is_frozen(scene.worker)) == (State.RUNNING, False)


def test_the_end_thaws_first(scene: Scene, make_child: MakeChild) -> None:
    """What another one needs to end in order is awake by then; nothing is left frozen."""
    needs_it = make_child(SLEEPS, name="needs-it")
    needs_it.start()
    scene.supervisor.keep(needs_it)
    scene.supervisor.freeze("worker")
    wait_until_frozen(scene.worker)
    was_frozen: list[bool] = []
    stop = needs_it.stop

    def look_and_stop(*arguments: float) -> None:
        if scene.worker.is_running:
            was_frozen.append(is_frozen(scene.worker))
        stop(*arguments)  # type: ignore[arg-type] # passed on as they are

    needs_it.stop = look_and_stop  # type: ignore[method-assign,assignment] # looks before it stops
    scene.supervisor.stop(PATIENCE_S)
    assert was_frozen == [False]
    assert not scene.worker.is_running


def test_a_stopped_one_stays_stopped_until_it_is_started(scene: Scene) -> None:
    """It is asked, not killed, and comes back by order alone."""
    scene.supervisor.stop_one("worker")
    scene.end()
    assert scene.worker.exit_status == -signal.SIGTERM
    scene.pass_time(3_600)
    assert scene.state() is State.STOPPED
    scene.supervisor.start_one("worker")
    assert scene.state() is State.RUNNING


def test_a_stop_ends_what_does_not_listen(make_child: MakeChild) -> None:
    """After its time it is killed, and is stopped all the same."""
    deaf = make_child(STUBBORN, name="worker")
    deaf.start()
    deaf.wait_ready(lambda: "deaf" in deaf.latest_log(), PATIENCE_S)
    scene = Scene(deaf)
    scene.supervisor.stop_one("worker")
    scene.pass_time(STOP_LIMIT_S - 1)
    assert deaf.is_running
    scene.pass_time(1)
    scene.end()
    assert (deaf.exit_status, scene.state()) == (-signal.SIGKILL, State.STOPPED)


def test_a_frozen_one_can_be_stopped(scene: Scene) -> None:
    """It is thawed to hear of it."""
    scene.supervisor.freeze("worker")
    scene.supervisor.stop_one("worker")
    scene.end()
    assert scene.state() is State.STOPPED


def test_a_start_amid_a_stop_brings_it_back_at_its_end(scene: Scene) -> None:
    """The last order counts; the end that was ordered is no failure."""
    before = scene.worker.pid
    scene.supervisor.stop_one("worker")
    scene.supervisor.start_one("worker")
    while scene.worker.pid == before:
        scene.supervisor.look()
    assert scene.state() is State.RUNNING
    assert len(scene.said) == 2  # asked to stop, and runs again


def test_orders_repeated_have_the_effect_of_once(scene: Scene) -> None:
    """A page that asks again after a lost answer does no harm."""
    pid = scene.worker.pid
    for _ in range(2):
        scene.supervisor.start_one("worker")
        scene.supervisor.freeze("worker")
    for _ in range(2):
        scene.supervisor.thaw("worker")
    assert (scene.worker.pid, scene.state()) == (pid, State.RUNNING)
    for _ in range(2):
        scene.supervisor.stop_one("worker")
    scene.end()
    assert scene.state() is State.STOPPED


@pytest.mark.parametrize("order", ["kill", "freeze", "thaw"])
def test_what_does_not_run_refuses(scene: Scene, order: str) -> None:
    """The error says how it is instead."""
    scene.supervisor.stop_one("worker")
    scene.end()
    with pytest.raises(OrderRefusedError, match="worker does not run: it is stopped"):
        getattr(scene.supervisor, order)("worker")


@pytest.mark.parametrize("order", ["kill", "freeze", "thaw", "stop_one", "start_one"])
def test_a_stranger_is_named(scene: Scene, order: str) -> None:
    """The error lists who there is, and nothing happened to them."""
    with pytest.raises(NoSuchProcessError, match="no process 'nobody', but worker"):
        getattr(scene.supervisor, order)("nobody")
    assert scene.state() is State.RUNNING


def test_a_store_that_does_not_start_is_tried_again(make_child: MakeChild) -> None:
    """A start that fails is one more end: waited for, tried again, and given up after some."""
    store = make_child(SLEEPS, name="store")
    store.start()
    starts: list[str] = []

    def start() -> None:
        starts.append("tried")
        if len(starts) == 1:
            raise StartError("store was not ready within 60 s")
        store.start()

    clock, said = Clock(), list[str]()
    supervisor = Supervisor(said.append, clock)
    supervisor.keep(store, start)
    store.kill()
    supervisor.look()
    for _ in range(2):
        clock.seconds += 1.0
        supervisor.look()
    assert store.is_running
    assert starts == ["tried", "tried"]
    assert said[1] == "store did not start; starting it again in 1 s"
    supervisor.stop(PATIENCE_S)


def test_a_store_that_never_starts_is_given_up(make_child: MakeChild) -> None:
    """As what ends again and again is."""
    store = make_child(SLEEPS, name="store")
    store.start()

    def start() -> None:
        raise StartError("store was not ready within 60 s")

    clock = Clock()
    supervisor = Supervisor(lambda _: None, clock)
    supervisor.keep(store, start)
    store.kill()

    def look_until_given_up() -> None:
        for _ in range(ENDS_LIMIT + 1):
            supervisor.look()
            clock.seconds += 60.0

    with pytest.raises(StartError, match="store ended 5 times in a row; at last it did not start"):
        look_until_given_up()

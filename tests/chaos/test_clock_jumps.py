"""Wall clocks that jump by an hour and by a day, in Redis, the server and the workers."""

import json
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import TypeAlias, cast

import pytest
from tests.integration.worker.journal import Journal

from fiblab.queue import Queue

from .conftest import LONG, StartWorker, job
from .keyed_load import KeyedLoad, settled
from .redis_process import RedisProcess
from .service_process import PATIENCE_S, ServiceProcess
from .shifted_clock import ShiftedClock, compile_shim
from .system import Served, System

pytestmark = [pytest.mark.chaos]

HOUR_S, DAY_S = 3_600, 86_400

#: Seconds by which a clock that is read a little later may differ.
TOLERANCE_S = 60

#: What must have happened last to a job that is claimed: else two would have it at once.
FREE = {"enqueued", "expired", "due", "released"}

Clocks: TypeAlias = dict[str, ShiftedClock]
Seen: TypeAlias = Callable[[], float]
Jump: TypeAlias = Callable[[int], None]


@pytest.fixture(scope="module")
def clocks(tmp_path_factory: pytest.TempPathFactory) -> Clocks:
    """Give each kind of process a clock of its own."""
    folder = tmp_path_factory.mktemp("clocks")
    shim = compile_shim(folder)
    return {name: ShiftedClock(shim, folder / name) for name in ("redis", "server", "worker")}


@pytest.fixture(scope="module")
def shared_redis(
    tmp_path_factory: pytest.TempPathFactory, clocks: Clocks
) -> Iterator[RedisProcess]:
    """Start a Redis by a clock that jumps."""
    environment = clocks["redis"].environment
    process = RedisProcess(tmp_path_factory.mktemp("redis"), environment=environment)
    process.start()
    yield process
    process.kill()


@pytest.fixture(scope="module")
def workers(shared_system: System, clocks: Clocks) -> list[ServiceProcess]:
    """Start two workers by one clock that jumps."""
    return [shared_system.start("worker", **clocks["worker"].environment) for _ in range(2)]


@pytest.fixture(scope="module")
def served(shared_system: System, workers: list[ServiceProcess], clocks: Clocks) -> Served:
    """Start a server by a clock that jumps, beside the workers."""
    assert all(worker.is_running for worker in workers)
    return shared_system.serve(**clocks["server"].environment)


@pytest.fixture
def clock_seen(
    victim: str, shared_redis: RedisProcess, served: Served, workers: list[ServiceProcess]
) -> Seen:
    """Read a process's clock from outside, in seconds since 1970."""

    def of_redis() -> float:
        return float(shared_redis.client().time()[0])

    def of_server() -> float:
        return parsedate_to_datetime(served.client.get("/livez").headers["date"]).timestamp()

    def of_worker() -> float:
        written = json.loads(workers[0].log[-1])["ts"]
        return datetime.fromisoformat(written).timestamp()

    return {"redis": of_redis, "server": of_server, "worker": of_worker}[victim]


@pytest.fixture
def jump(victim: str, clocks: Clocks, clock_seen: Seen) -> Jump:
    """Shift a kind of process's clock, and wait until it shows: else a test would prove nothing."""

    def shift(shift_s: int) -> None:
        clocks[victim].jump(shift_s)
        deadline = time.monotonic() + PATIENCE_S
        while abs(clock_seen() - time.time() - shift_s) > TOLERANCE_S:
            assert time.monotonic() < deadline, f"{victim}: {clock_seen() - time.time():.0f} s off"

    return shift


def each_job_had_one_worker_at_a_time(server: RedisProcess) -> None:
    """Hold the queue's journal against the rule that a claim follows what made the job free."""
    last: dict[str, str] = {}
    while server.client().hlen("{fiblab:0}:job"):
        pass  # a value is stored before its job is ended
    events = server.client().xrange("{fiblab:0}:events")
    for _, entry in cast("list[tuple[bytes, dict[bytes, bytes]]]", events):
        kind = entry[b"kind"].decode()
        for named in entry[b"jobs"].decode().split(" "):
            identity = named.partition("/")[0]
            if kind == "claimed":
                assert last[identity] in FREE, f"job {identity}: claimed after {last[identity]}"
            if kind != "progress":
                last[identity] = kind
    assert set(last.values()) == {"completed"}, "a job was lost or given up"


@pytest.mark.parametrize("shift_s", [HOUR_S, -HOUR_S, DAY_S, -DAY_S])
@pytest.mark.parametrize("victim", ["redis", "server", "worker"])
def test_jump(
    served: Served, shared_system: System, shared_redis: RedisProcess, jump: Jump, shift_s: int
) -> None:
    """There and back amid a load: nothing is lost, doubled or wrong, and all goes on."""
    with KeyedLoad(served) as load:
        load.goes_on()
        for shift in (shift_s, 0):
            jump(shift)
            load.goes_on()
    settled(shared_system, served, load.accepted)
    each_job_had_one_worker_at_a_time(shared_redis)


@pytest.fixture
def own_clock(tmp_path: Path) -> ShiftedClock:
    """Give a Redis of this test's own a clock."""
    return ShiftedClock(compile_shim(tmp_path), tmp_path / "clock")


@pytest.fixture
def redis_url(tmp_path: Path, own_clock: ShiftedClock) -> Iterator[str]:
    """Start that Redis for whatever asks for one."""
    folder = tmp_path / "redis"
    folder.mkdir()
    process = RedisProcess(folder, environment=own_clock.environment)
    process.start()
    yield process.url
    process.kill()


@pytest.mark.parametrize("shift_s", [-HOUR_S, -DAY_S])
async def test_dead_workers_job_does_not_wait_for_the_clock(
    start_worker: StartWorker,
    queue: Queue,
    journal: Journal,
    own_clock: ShiftedClock,
    shift_s: int,
) -> None:
    """Redis's clock jumps back under its lease: an idle worker takes it over all the same."""
    first = start_worker()
    await queue.enqueue([job(LONG)])
    await journal.wait_for("progress", LONG)
    computing = first.children()
    for child in computing:
        child.suspend()  # else the job may be over before the idle worker is there
    idle = start_worker()
    while '"working"' not in idle.log:
        pass
    for child in computing:
        child.resume()  # one that has just been started would not yet end with its worker
    first.kill()
    own_clock.jump(shift_s)
    assert await journal.wait_for_end(LONG) == "completed"
    steps = ["enqueued", "claimed", "expired", "claimed", "completed"]
    assert await journal.steps(LONG) == steps

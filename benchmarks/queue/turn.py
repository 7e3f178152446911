"""One turn of one side: jobs submitted, drained, and waited for; the processor's time of each."""

import os
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles
from typing import NamedTuple

import msgspec
import psutil
import redis

from benchmarks.measuring.cores import LOAD_CORE, SERVICE_CORE, on_core
from benchmarks.measuring.peers import ROOT
from benchmarks.measuring.processes import started
from benchmarks.peers.queues.marks import MARK
from benchmarks.queue.sides import Side

#: What a turn measures, with unit, and which is better.
SINGLE, FIFTY, BATCHED = "enqueue, one at a time", "enqueue, 50 at once", "enqueue, batched"
DRAIN, WORKER_CPU, REDIS_CPU = "drain", "CPU of the worker", "CPU of Redis"
P50, P99 = "idle submit to result, p50", "idle submit to result, p99"

#: Jobs submitted, by how; a peer with a slow client takes a second or so for these.
SUBMITTED = {"single": 3_000, "fifty": 6_000, "batched": 10_001}
NAMES = {"single": SINGLE, "fifty": FIFTY, "batched": BATCHED}

#: Seconds in which a drain or a submission must be over.
PATIENCE_S = 60.0

#: Seconds between two looks at the marks, which cost neither the worker's core nor Redis.
LOOK_S = 0.001


class Spent(NamedTuple):
    """Seconds of processor time."""

    worker: float
    redis: float


class Spending:
    """What a worker, with all of its processes, and Redis spend from now on."""

    def __init__(self, server: redis.Redis, worker: int) -> None:
        self._server = server
        self._worker = worker
        self._before = self._so_far()

    def until_now(self) -> Spent:
        """Return what was spent since the beginning."""
        worker, server = self._so_far()
        return Spent(worker - self._before.worker, server - self._before.redis)

    def _so_far(self) -> Spent:
        cpu = self._server.info("cpu")
        return Spent(_family_seconds(self._worker), cpu["used_cpu_user"] + cpu["used_cpu_sys"])


class Bench:
    """Takes the turns of any side on one Redis, which is empty at the beginning of each part."""

    def __init__(self, redis_url: str, *, share: float = 1.0) -> None:
        """Take `share` of each number of jobs."""
        self._url = redis_url
        self._redis: redis.Redis = redis.Redis.from_url(redis_url)
        self._share = share

    def turn(self, side: Side) -> Mapping[str, float]:
        """Measure all that a side is measured by."""
        return {**self._submissions(side), **self.drain(side), **self.idle(side)}

    def _submissions(self, side: Side) -> Mapping[str, float]:
        ways = [how for how in SUBMITTED if how != "batched" or side.batches]
        return {
            NAMES[how]: self._submit(side, how, self._some(SUBMITTED[how]), SERVICE_CORE)
            for how in (ways if side.submits else ())
        }

    def _some(self, jobs: int) -> int:
        return max(10, round(jobs * self._share))

    def drain(self, side: Side) -> Mapping[str, float]:
        """Let a worker drain jobs that wait; from the first mark to the last."""
        jobs = self._some(side.drained)
        self._submit(side, "batched" if side.batches else "fifty", jobs, LOAD_CORE)
        with tempfile.NamedTemporaryFile() as marks:
            last = 0 if side.forks else jobs
            with self._worker(side, Path(marks.name), last) as process:
                _await_marks(Path(marks.name), 1)
                spending = Spending(self._redis, process.pid)
                _await_marks(Path(marks.name), jobs if side.forks else 2)
                spent = spending.until_now()
            times = [when for (when,) in MARK.iter_unpack(marks.read())]
        return {
            DRAIN: (jobs - 1) / (max(times) - min(times)),
            WORKER_CPU: spent.worker / jobs * 1e6,
            REDIS_CPU: spent.redis / jobs * 1e6,
        }

    def idle(self, side: Side) -> Mapping[str, float]:
        """Submit jobs to a worker with nothing to do, one when the one before is long done."""
        with tempfile.TemporaryDirectory() as folder:
            pipe = Path(folder) / "marks"
            os.mkfifo(pipe)
            self._redis.flushall()
            with self._worker(side, pipe, last=0):
                printed = self._submitter_says(
                    side, "idle", self._some(side.waited), LOAD_CORE, pipe
                )
        waits = msgspec.json.decode(printed, type=list[float])
        return {P50: median(waits), P99: quantiles(waits, n=100)[98]}

    @contextmanager
    def _worker(self, side: Side, marks: Path, last: int) -> Iterator[subprocess.Popen[bytes]]:
        env = {**self._environment(side, marks), "QUEUE_LAST": str(last)}
        with started(
            side.worker, core=SERVICE_CORE, env=env, cwd=side.folder, ready=lambda: True
        ) as process:
            yield process

    def _submit(self, side: Side, how: str, jobs: int, core: int) -> float:
        self._redis.flushall()
        printed = self._submitter_says(side, how, jobs, core, Path(os.devnull))
        return msgspec.json.decode(printed, type=float)

    def _submitter_says(self, side: Side, how: str, jobs: int, core: int, marks: Path) -> bytes:
        with on_core(core):
            done = subprocess.run(  # noqa: S603 - a benchmark starts what it measures
                [*side.submitter, how, str(jobs)],
                cwd=side.folder,
                env={**os.environ, **self._environment(side, marks)},
                check=True,
                stdout=subprocess.PIPE,
                timeout=PATIENCE_S,
            )
        return done.stdout

    def _environment(self, side: Side, marks: Path) -> dict[str, str]:
        return {
            "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}",
            "QUEUE_REDIS_URL": self._url,
            "RQ_REDIS_URL": self._url,
            "QUEUE_KIND": side.kind,
            "QUEUE_MARKS": str(marks),
        }


def _family_seconds(pid: int) -> float:
    """Add up a process, its living children, and those that have ended."""
    process = psutil.Process(pid)
    family = [process, *process.children(recursive=True)]
    return sum(sum(member.cpu_times()[:4]) for member in family)


def _await_marks(marks: Path, number: int) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while marks.stat().st_size < number * MARK.size:
        if time.monotonic() > deadline:
            raise TimeoutError(f"{number} marks were not left within {PATIENCE_S} s")
        time.sleep(LOOK_S)

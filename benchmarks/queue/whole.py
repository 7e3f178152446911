"""The whole worker as it runs in production: its drain, what it costs when idle, and its death."""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager

import redis
import uvloop

from benchmarks.measuring.cores import LOAD_CORE, SERVICE_CORE
from benchmarks.measuring.processes import cpu_seconds, started
from benchmarks.measuring.stores import Stores
from benchmarks.queue.turn import DRAIN, REDIS_CPU, WORKER_CPU, Spending
from fiblab.fibonacci.job import FibonacciJob
from fiblab.queue import Job, Keys, Policy, Queue
from fiblab.redis import Address, Connection

IDLE_CPU, CLAIMED_AGAIN = "CPU of an idle worker", "claimed again after a kill"

#: Indices of the light lane beyond the dense range: values of 200 to 2,300 digits.
FIRST_INDEX, JOBS = 1_001, 10_000

#: An index of the heavy lane that is computed for longer than anybody waits here.
LONG_INDEX = 900_000_000

#: Seconds for which an idle worker is looked at, and before, so that it has started.
IDLE_S, SETTLING_S = 20.0, 3.0

#: Seconds between two looks, and in which something that is waited for must come.
LOOK_S, PATIENCE_S = 0.005, 60.0


class WholeWorker:
    """Takes turns with `fiblab worker` processes on one pair of stores."""

    def __init__(self, stores: Stores, *, share: float = 1.0) -> None:
        """Take `share` of each number of jobs and of each wait."""
        self._stores = stores
        self._redis: redis.Redis = redis.Redis.from_url(stores.redis_url)
        self._keys = Keys()
        self._share = share

    def drain(self) -> Mapping[str, float]:
        """Compute and store values; from the first look at which some are done until all are."""
        jobs = round(JOBS * self._share)
        self._enqueue([(index, "light") for index in range(FIRST_INDEX, FIRST_INDEX + jobs)])
        with self._worker(SERVICE_CORE) as pid:
            self._await(lambda: self._left() < jobs)
            left, began = self._left(), time.perf_counter()
            spending = Spending(self._redis, pid)
            self._await(lambda: self._left() == 0)
            seconds = time.perf_counter() - began
            spent = spending.until_now()
        return {
            DRAIN: left / seconds,
            WORKER_CPU: spent.worker / left * 1e6,
            REDIS_CPU: spent.redis / left * 1e6,
        }

    def idle(self) -> Mapping[str, float]:
        """Look at a worker that has nothing to do; percent of a core."""
        self._redis.flushall()
        with self._worker(SERVICE_CORE) as pid:
            time.sleep(SETTLING_S)
            before = cpu_seconds(pid)
            seconds = IDLE_S * self._share
            time.sleep(seconds)
            return {IDLE_CPU: (cpu_seconds(pid) - before) / seconds * 100}

    def death(self) -> Mapping[str, float]:
        """Kill a worker in the middle of a long job; seconds until another has claimed it."""
        self._enqueue([(LONG_INDEX, "heavy")])
        with ExitStack() as workers:
            first = workers.enter_context(self._worker(SERVICE_CORE))
            self._await(lambda: self._attempts() == 1)
            workers.enter_context(self._worker(LOAD_CORE))
            time.sleep(SETTLING_S)  # the other one is there, and heartbeats have been sent
            killed = time.perf_counter()
            os.kill(first, signal.SIGKILL)
            self._await(lambda: self._attempts() > 1)
            return {CLAIMED_AGAIN: time.perf_counter() - killed}

    @contextmanager
    def _worker(self, core: int) -> Iterator[int]:
        env = {
            "FIBLAB_REDIS_URL": self._stores.redis_url,
            "FIBLAB_POSTGRES_URL": self._stores.postgres_url,
            "FIBLAB_MAX_INDEX": str(LONG_INDEX),
            "FIBLAB_SHUTDOWN_GRACE_S": "1",
        }
        command = [sys.executable, "-P", "-m", "fiblab", "worker"]
        with started(command, core=core, env=env, ready=lambda: True) as process:
            yield process.pid

    def _enqueue(self, wanted: list[tuple[int, str]]) -> None:
        self._redis.flushall()
        requests = [(FibonacciJob(index), lane) for index, lane in wanted]
        jobs = [Job(request.id, lane, request.encode()) for request, lane in requests]
        uvloop.run(self._enqueue_all(jobs))

    async def _enqueue_all(self, jobs: list[Job]) -> None:
        connection = Connection(Address.parse(self._stores.redis_url), name="benchmark")
        await connection.connect()
        await Queue(connection, self._keys, Policy()).enqueue(jobs)
        await connection.close()

    def _left(self) -> int:
        return int(self._redis.hlen(self._keys.job))

    def _attempts(self) -> int:
        return int(self._redis.hget(self._keys.attempts, str(LONG_INDEX)) or 0)

    def _await(self, holds: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while not holds():
            if time.monotonic() > deadline:
                raise TimeoutError(f"nothing came of it within {PATIENCE_S} s")
            time.sleep(LOOK_S)

"""Follows the queue's events and the processes' ends, and writes both into the log."""

import asyncio
import contextlib
import re
from collections.abc import Iterable
from typing import cast

import redis.asyncio
from redis.exceptions import RedisError

from fiblab.lab.checker.structure import TAG
from fiblab.lab.stage.log import Log
from fiblab.lab.system.service import Service
from fiblab.lab.system.system import System

STREAM = f"{TAG}:events"
#: Entries in one reading.
ENTRY_LIMIT = 1_000
#: Seconds between two looks at the stream, at processes, and for a Redis that is away.
LOOK_S = 0.05

#: A worker's name in events is `<host>-<pid>-<random>:<lane>`.
_PID = re.compile(r"-(\d+)-[0-9a-f]+(?::|$)")


class Follower:
    """Writes into the log what the stream and the processes show, from `run` until cancelled."""

    def __init__(self, system: System, log: Log) -> None:
        self._system = system
        self._log = log
        self._last = "0-1"
        self._names: dict[int, str] = {}

    async def run(self) -> None:
        """Follow both."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._follow_queue())
            group.create_task(self._follow_processes())

    async def catch_up(self) -> None:
        """Read what the stream holds beyond what was read; nothing where Redis is away."""
        with contextlib.suppress(RedisError, OSError):
            async with self._system.admin as client:
                while await self._read(client):
                    pass

    async def _follow_queue(self) -> None:
        while not is_cancelled():
            with contextlib.suppress(RedisError, OSError):
                async with self._system.admin as client:
                    while not is_cancelled():
                        if not await self._read(client):
                            await asyncio.sleep(LOOK_S)
            await asyncio.sleep(LOOK_S)

    async def _read(self, client: redis.asyncio.Redis) -> int:
        reply = await client.xrange(STREAM, f"({self._last}", "+", count=ENTRY_LIMIT)
        entries = cast("list[tuple[str, dict[str, str]]]", reply)  # as the client decodes replies
        for entry, fields in entries:
            if _is_after(entry, self._last):  # two readings may overlap at the end
                self._last = entry
                self._note(entry, fields)
        return len(entries)

    def _note(self, entry: str, fields: dict[str, str]) -> None:
        at_ms = int(entry.partition("-")[0])
        who = self._name_of(fields["worker"])
        for job in fields["jobs"].split():
            name, _, detail = job.partition("/")
            self._log.add("queue", fields["kind"], job=name, who=who, detail=detail, at_ms=at_ms)

    def _name_of(self, worker: str) -> str:
        found = _PID.search(worker)
        return self._names.get(int(found[1]), worker) if found else worker

    async def _follow_processes(self) -> None:
        running: dict[str, int] = {}
        while True:
            for service in list(self._system.services.values()):
                self._look_at(service, running)
            await asyncio.sleep(LOOK_S)

    def _look_at(self, service: Service, running: dict[str, int]) -> None:
        if not service.starts:
            return
        name, process = service.name, service.process
        if name in running and (not process.is_running or process.pid != running[name]):
            del running[name]
            self._log.add("process", "ended", who=name)
        if process.is_running and name not in running:
            running[name] = process.pid
            self._names[process.pid] = name
            self._log.add("process", "started", who=name, detail=f"pid {process.pid}")

    def know(self, services: Iterable[Service]) -> None:
        """Learn who is who before the first event comes."""
        for service in services:
            self._names[service.process.pid] = service.name


def is_cancelled() -> bool:
    """Tell whether this task is being cancelled, which a client of Redis may have swallowed."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def _is_after(entry: str, last: str) -> bool:
    return tuple(map(int, entry.split("-"))) > tuple(map(int, last.split("-")))

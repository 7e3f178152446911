"""The list of running children, on disk, by which a later run finds what a killed run left."""

import contextlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import TypedDict

import psutil

#: Seconds by which two readings of one process's start time may differ: it is counted from the
#: boot time, which moves when the clock is set.
_START_TOLERANCE_S = 2.0

#: Seconds that a leftover process gets between SIGTERM and SIGKILL.
_LEFTOVER_GRACE_S = 5.0


class _Child(TypedDict):
    name: str
    pid: int
    program: str
    started: float


class ChildRecord:
    """Names every running child of one data folder by process id, program and start time.

    Fails open: a child that was started but not yet written down when its supervisor was killed
    is not found (on Linux it ends by itself, see `parent_death`).
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._children: list[_Child] = []

    def add(self, name: str, pid: int) -> None:
        """Write down a child that has just been started."""
        with contextlib.suppress(psutil.NoSuchProcess):  # it has ended already
            process = psutil.Process(pid)
            child = _Child(
                name=name, pid=pid, program=process.name(), started=process.create_time()
            )
            self._children.append(child)
            self._save()

    def remove(self, pid: int) -> None:
        """Forget a child that has ended."""
        self._children = [child for child in self._children if child["pid"] != pid]
        self._save()

    def end_leftovers(self, say: Callable[[str], None]) -> None:
        """End the children of an earlier run that was killed; call it holding the folder's lock.

        A process is ended only if id, program and start time are those written down.
        """
        leftovers = {child["name"]: _find(child) for child in self._read()}
        running = {name: process for name, process in leftovers.items() if process is not None}
        for name, process in running.items():
            say(f"ending {name} (pid {process.pid}), left behind by a run that was killed")
            with contextlib.suppress(psutil.NoSuchProcess):
                process.terminate()
                process.resume()  # a frozen one would never see the signal
        _, stubborn = psutil.wait_procs(list(running.values()), timeout=_LEFTOVER_GRACE_S)
        for process in stubborn:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(stubborn)
        self._file.unlink(missing_ok=True)

    def _read(self) -> list[_Child]:
        try:
            children: list[_Child] = json.loads(self._file.read_text())
        except FileNotFoundError:
            return []
        except json.JSONDecodeError:  # a half-written file names nobody for certain
            return []
        return children

    def _save(self) -> None:
        partial = self._file.with_suffix(".partial")
        partial.write_text(json.dumps(self._children))
        partial.replace(self._file)


def _find(child: _Child) -> psutil.Process | None:
    """Return the process if it is provably the one written down."""
    try:
        process = psutil.Process(child["pid"])
        same_start = abs(process.create_time() - child["started"]) <= _START_TOLERANCE_S
        return process if same_start and process.name() == child["program"] else None
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return None

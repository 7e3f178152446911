"""Processes that are measured: started on a core, awaited, ended."""

import os
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psutil

from benchmarks.measuring.cores import on_core

#: Seconds between two looks whether a process is ready.
PAUSE_S = 0.02
#: Seconds in which a process must end when asked to.
PATIENCE_S = 10.0


class NotReadyError(RuntimeError):
    """A process ended, or took too long, before it was ready; the message has its output."""


@contextmanager
def started(  # noqa: PLR0913 - each is one independent choice
    command: list[str],
    *,
    core: int | None,
    ready: Callable[[], bool],
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    within_s: float = 30.0,
) -> Iterator[subprocess.Popen[bytes]]:
    """Start a process on a core (None: on all), wait until it is ready, and end it afterwards.

    `env` is added to this process's environment. Raises NotReadyError.
    """
    with tempfile.TemporaryFile() as output:
        with on_core(core):
            process = subprocess.Popen(  # noqa: S603 - a benchmark starts what it measures
                command, stdout=output, stderr=output, env={**os.environ, **(env or {})}, cwd=cwd
            )
        try:
            _await(process, ready, within_s, lambda: _text(output.fileno()))
            yield process
        finally:
            _end(process)


def _await(
    process: subprocess.Popen[bytes],
    ready: Callable[[], bool],
    within_s: float,
    output: Callable[[], str],
) -> None:
    deadline = time.monotonic() + within_s
    while not ready():
        if process.poll() is not None:
            raise NotReadyError(f"{process.args!r} ended with {process.returncode}:\n{output()}")
        if time.monotonic() > deadline:
            raise NotReadyError(f"{process.args!r} was not ready in {within_s} s:\n{output()}")
        time.sleep(PAUSE_S)


def _text(file: int) -> str:
    return os.pread(file, os.fstat(file).st_size, 0).decode(errors="replace")


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(PATIENCE_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def accepts_connections(port: int) -> bool:
    """Tell whether somebody listens at a port of this machine."""
    with socket.socket() as probe:
        probe.settimeout(1.0)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def free_port() -> int:
    """Find a port of this machine that nobody listens at now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def cpu_seconds(pid: int) -> float:
    """Return the seconds of processor time that a process and its living children have used."""
    process = psutil.Process(pid)
    family = [process, *process.children(recursive=True)]
    return sum(sum(member.cpu_times()[:2]) for member in family)


def rss_mb(pid: int) -> float:
    """Return the megabytes (10^6 bytes) that a process holds in memory, without its children."""
    return float(psutil.Process(pid).memory_info().rss) / 1e6

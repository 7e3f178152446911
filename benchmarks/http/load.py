"""wrk as the load: how it is started, and what it says."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import msgspec

from benchmarks.measuring.cores import LOAD_CORE, on_core

Method = Literal["GET", "POST"]

SCRIPT = Path(__file__).with_name("load.lua")

#: Seconds after which wrk calls an answer lost: a busy machine may stand still for wrk's own two.
PATIENCE_S = 10


class LoadError(RuntimeError):
    """There is no wrk, or not every request was answered as it should; the message says which."""


class Answers(msgspec.Struct, frozen=True):
    """What one run of wrk got."""

    answers: int
    seconds: float
    refused: int
    """Answers with a status above 399."""
    broken: int
    """Connections that failed, were cut or timed out."""
    p50_ms: float
    p99_ms: float

    @property
    def per_second(self) -> float:
        """Answers a second."""
        return self.answers / self.seconds


def ask(port: int, method: Method, connections: int, seconds: float) -> Answers:
    """Ask a server for so long over so many connections. Raises LoadError."""
    with asking(port, method, connections, seconds) as wrk:
        return answers_of(wrk)


@contextmanager
def asking(
    port: int, method: Method, connections: int, seconds: float, *, core: int = LOAD_CORE
) -> Iterator[subprocess.Popen[str]]:
    """Start wrk on a core with one thread; `answers_of` waits for its end."""
    program = shutil.which("wrk")
    if program is None:
        raise LoadError("wrk, which makes the load, is not installed: apt install wrk")
    command = [program, "-t1", f"-c{connections}", f"-d{seconds:.0f}", f"--timeout={PATIENCE_S}"]
    command += ["-s", str(SCRIPT), f"http://127.0.0.1:{port}", "--", method]
    with on_core(core):
        wrk = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603 - wrk, as found on PATH
    try:
        yield wrk
    finally:
        wrk.kill()
        wrk.wait()


def answers_of(wrk: subprocess.Popen[str]) -> Answers:
    """Wait for the end of wrk, and read what it got. Raises LoadError unless all was answered."""
    output, _ = wrk.communicate()
    return read(output)


def read(output: str) -> Answers:
    """Read what load.lua wrote last. Raises LoadError unless every request was answered well."""
    line = output.rstrip().rpartition("\n")[2]
    try:
        answers = msgspec.json.decode(line, type=Answers)
    except msgspec.DecodeError as error:
        raise LoadError(f"wrk did not say what it got, but:\n{output}") from error
    if answers.refused or answers.broken or not answers.answers:
        raise LoadError(f"not every request was answered with a 2xx: {answers}")
    return answers

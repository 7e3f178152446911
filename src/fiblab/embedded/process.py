"""One supervised child process: started, waited for, stopped; and killed or frozen by the lab.

Plain synchronous calls on top of `subprocess`: whoever supervises has nothing else to do, and a
caller with an event loop starts children from its main thread (see `parent_death`) and hands
the waiting ones to a thread.
"""

import contextlib
import os
import pwd
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import psutil

from .child_record import ChildRecord
from .errors import StartError
from .parent_death import when_parent_dies

#: Seconds between two looks at a process that is starting or stopping.
POLL_S = 0.02

#: Bytes above which a log is put aside (as `.1`, over the one before) when its process starts.
_LOG_LIMIT_BYTES = 10 * 1024 * 1024

#: Lines of its log that an error about a process shows.
_TAIL_LINES = 15

#: Waits that many seconds; may raise to end the wait, as `up` does when Ctrl-C is pressed.
Pause = Callable[[float], None]


@dataclass(frozen=True)
class Command:
    """What to run, and as whom.

    `settings` are environment variables on top of the caller's own. `user` needs root. `pass_fds`
    are open files of the caller that the child has, too, under the same numbers.
    """

    name: str
    arguments: Sequence[str | Path]
    user: str | None = None
    folder: Path | None = None
    settings: Mapping[str, str] = field(default_factory=dict)
    stop_signal: signal.Signals = signal.SIGTERM
    holds_stdin: bool = False
    pass_fds: Sequence[int] = ()


class ChildProcess:
    """A child in a session of its own, so that the terminal's Ctrl-C reaches its supervisor only.

    Its output goes to the file `log`. It is told to stop when the supervisor dies: by
    `stop_signal` on Linux, and by the end of its standard input if the command `holds_stdin`.
    """

    def __init__(self, command: Command, log: Path, record: ChildRecord) -> None:
        self.command = command
        self.log = log
        self._record = record
        self._process: subprocess.Popen[bytes] | None = None
        self._log_start = 0
        self.started_at: datetime | None = None
        """When it was started last."""

    @property
    def name(self) -> str:
        """What the child is called in messages."""
        return self.command.name

    @property
    def pid(self) -> int:
        """Its process id; RuntimeError before the first start."""
        return self._started().pid

    @property
    def is_running(self) -> bool:
        """Whether it has been started and has not ended (a frozen one is running)."""
        return self._process is not None and self.exit_status is None

    @property
    def exit_status(self) -> int | None:
        """None while it runs; then its exit status, or minus the signal that ended it."""
        process = self._started()
        if process.returncode is None and process.poll() is not None:
            self._forget(process)
        return process.returncode

    def start(self) -> None:
        """Start it, or start it again once it has ended; raises StartError if it cannot be."""
        if self.is_running:
            raise RuntimeError(f"{self.name} is running already, as process {self.pid}")
        self._put_large_log_aside()
        with self.log.open("ab") as log:
            self._log_start = log.tell()
            try:
                self._process = self._spawn(log.fileno())
            except OSError as error:
                raise StartError(f"{self.name} could not be started: {error}") from error
        self.started_at = datetime.now(UTC)
        self._record.add(self.name, self.pid)

    def _spawn(self, log: int) -> subprocess.Popen[bytes]:
        command = self.command
        account = pwd.getpwnam(command.user) if command.user else None
        return subprocess.Popen(  # noqa: S603 - the lab's own programs and arguments
            [os.fspath(argument) for argument in command.arguments],
            stdin=subprocess.PIPE if command.holds_stdin else subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=command.folder,
            env={**os.environ, **command.settings},
            start_new_session=True,
            user=account.pw_uid if account else None,
            group=account.pw_gid if account else None,
            extra_groups=[] if account else None,
            pass_fds=command.pass_fds,
            preexec_fn=when_parent_dies(command.stop_signal),  # noqa: PLW1509 - two system calls
        )

    def wait_ready(
        self, probe: Callable[[], bool], limit_s: float, pause: Pause = time.sleep
    ) -> None:
        """Wait until `probe` says yes; raises StartError when the child ends or `limit_s` is over.

        After an error (or what `pause` raises) the child is no longer running.
        """
        try:
            self._wait_ready(probe, limit_s, pause)
        except BaseException:
            self.kill()
            raise

    def _wait_ready(self, probe: Callable[[], bool], limit_s: float, pause: Pause) -> None:
        deadline = time.monotonic() + limit_s
        while not probe():
            if not self.is_running:
                raise StartError(f"{self.name} {self.ending()}{self.quoted_tail()}")
            if time.monotonic() > deadline:
                late = f"{self.name} was not ready within {limit_s:.0f} s"
                raise StartError(late + self.quoted_tail())
            pause(POLL_S)

    def wait_ended(self, limit_s: float, pause: Pause = time.sleep) -> bool:
        """Wait for its end, `limit_s` at most; return whether it came."""
        deadline = time.monotonic() + limit_s
        while self.is_running and time.monotonic() < deadline:
            pause(POLL_S)
        return not self.is_running

    def stop(self, grace_s: float, pause: Pause = time.sleep) -> None:
        """Ask it to stop, and kill it if it has not ended after `grace_s`, or if `pause` raises."""
        if not self.is_running:
            return
        self.ask_to_stop()
        try:
            self.wait_ended(grace_s, pause)
        finally:
            self.kill()

    def ask_to_stop(self) -> None:
        """Send its stop signal, which a frozen one sees when thawed right after; don't wait."""
        self._started().send_signal(self.command.stop_signal)
        self.thaw()

    def kill(self) -> None:
        """SIGKILL it and all its descendants, and wait for its end; nothing if it has ended."""
        if self.is_running:
            self.freeze()  # so that it starts nothing more meanwhile
            for process in list(self._tree()):
                _send(process, signal.SIGKILL)
            self._started().wait()
            self._forget(self._started())

    def freeze(self) -> None:
        """SIGSTOP it and all its descendants: they keep their memory and connections, mute."""
        for process in self._tree():
            _send(process, signal.SIGSTOP)

    def thaw(self) -> None:
        """SIGCONT what `freeze` stopped."""
        for process in self._tree():
            _send(process, signal.SIGCONT)

    def ending(self) -> str:
        """Say in words how it ended, such as "was ended by SIGKILL"."""
        status = self.exit_status
        if status is None:
            return "is running"
        if status < 0:
            return f"was ended by {signal.Signals(-status).name}"
        return f"ended with exit status {status}"

    def latest_log(self) -> str:
        """Return what it has logged since it was started last."""
        with self.log.open("rb") as log:
            log.seek(self._log_start)
            return log.read().decode(errors="replace")

    def quoted_tail(self) -> str:
        """Say where its log is and what stands at its end."""
        tail = "\n  ".join(self.latest_log().splitlines()[-_TAIL_LINES:])
        return f"; the end of its log, {self.log}:\n  {tail}"

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            raise RuntimeError(f"{self.name} has not been started")
        return self._process

    def _forget(self, ended: subprocess.Popen[bytes]) -> None:
        if ended.stdin is not None:
            ended.stdin.close()
        self._record.remove(ended.pid)

    def _tree(self) -> Iterator[psutil.Process]:
        """Yield the child, then its descendants, which are listed only after it has been handled.

        Signalling its process group would not do: PostgreSQL's children, for one, leave it.
        """
        if self.is_running:
            with contextlib.suppress(psutil.NoSuchProcess):
                top = psutil.Process(self.pid)
                yield top
                yield from top.children(recursive=True)

    def _put_large_log_aside(self) -> None:
        with contextlib.suppress(FileNotFoundError):
            if self.log.stat().st_size > _LOG_LIMIT_BYTES:
                self.log.replace(self.log.with_suffix(".log.1"))


def _send(process: psutil.Process, number: signal.Signals) -> None:
    with contextlib.suppress(psutil.NoSuchProcess):
        process.send_signal(number)

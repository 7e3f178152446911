"""Log lines held back for a moment, to leave in one write: a write for each would cost 3x."""

import contextlib
import threading
from collections import deque
from typing import TextIO

#: Seconds that a line may wait, and so what a SIGKILL can cost.
FLUSH_INTERVAL_S = 0.1

#: Lines that may wait; at 300 bytes each some 150 kB.
MAX_WAITING_LINES = 512


class LogBuffer:
    """Writes lines to a stream: soon (`add`) or at once, with all that wait (`add_now`).

    Any thread may call any method, a signal handler too. A thread of its own flushes; it sleeps
    while nothing waits. A stream that cannot be written to (closed pipe, full disk) costs the
    lines and nothing else: a service does not stop because nobody can read its log. A stream that
    blocks blocks whoever flushes.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._waiting: deque[str] = deque()
        self._some_wait = threading.Event()
        self._closed = threading.Event()
        self._writing = threading.RLock()  # a signal handler may interrupt its own thread's flush
        self._flusher = threading.Thread(target=self._run, name="log-flush", daemon=True)
        self._flusher.start()

    def add(self, line: str) -> None:
        """Write a line, which has no line end, within `FLUSH_INTERVAL_S`."""
        self._waiting.append(line)
        if len(self._waiting) >= MAX_WAITING_LINES or self._closed.is_set():
            self.flush()
        elif not self._some_wait.is_set():
            self._some_wait.set()

    def add_now(self, line: str) -> None:
        """Write a line, and all before it, before returning."""
        self._waiting.append(line)
        self.flush()

    def flush(self) -> None:
        """Write what waits."""
        with self._writing:
            lines = []
            with contextlib.suppress(IndexError):  # other threads append meanwhile
                while True:
                    lines.append(self._waiting.popleft())
            if lines:
                lines.append("")
                with contextlib.suppress(OSError, ValueError):  # ValueError: the stream is closed
                    self._stream.write("\n".join(lines))
                    self._stream.flush()

    def close(self) -> None:
        """Write what waits and end the thread; lines added later are written at once."""
        self._closed.set()
        self._some_wait.set()
        self._flusher.join()
        self.flush()

    def _run(self) -> None:
        while not self._closed.is_set():
            self._some_wait.wait()
            self._closed.wait(FLUSH_INTERVAL_S)
            self._some_wait.clear()  # before the flush: what comes during it wakes us again
            self.flush()

"""Log lines on their way out: taken at once, written by a thread of their own."""

import contextlib
import os
import queue
import threading
from collections import deque
from collections.abc import Callable
from typing import TextIO

#: Seconds that a line may wait for company, since a write for each would cost 3x; and so what a
#: SIGKILL can cost.
FLUSH_INTERVAL_S = 0.1

#: Lines that are written before the interval is over; at 300 bytes each some 150 kB.
LINES_PER_WRITE = 512

#: Lines that wait for a stream which takes none, some 5 MB; those that come after are dropped.
MAX_WAITING_LINES = 16_384

#: Seconds that `flush` and `close` wait for such a stream.
PATIENCE_S = 2.0


class LogBuffer:
    """Writes lines to a stream: soon (`add`) or with the next breath of its thread (`add_now`).

    Neither ever waits, so that a log which nobody reads stops no service: lines that find no room
    are dropped and counted, and the line that `tell_dropped` makes of their number says so as soon
    as there is room. A stream that cannot be written to (closed pipe, full disk) costs its lines
    and nothing else. Any thread may call any method, a signal handler too. The thread sleeps while
    nothing waits; it does not survive a fork.
    """

    def __init__(self, stream: TextIO, tell_dropped: Callable[[int], str]) -> None:
        self._write = _writer(stream)
        self._tell_dropped = tell_dropped
        self._waiting: deque[str] = deque()
        #: None asks to write soon, an event to write now and to be set then. A SimpleQueue, since
        #: its `put` may be interrupted by a signal handler that calls it too.
        self._requests: queue.SimpleQueue[threading.Event | None] = queue.SimpleQueue()
        self._asked = False
        self._dropped = self._told = 0
        self._counting = threading.RLock()  # may be interrupted likewise
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="log-flush", daemon=True)
        self._thread.start()

    @property
    def dropped(self) -> int:
        """How many lines found no room, ever."""
        return self._dropped

    def add(self, line: str) -> None:
        """Write a line, which has no line end, within `FLUSH_INTERVAL_S`."""
        if self._take(line):
            if len(self._waiting) == LINES_PER_WRITE:
                self._requests.put(threading.Event())
            elif not self._asked:
                self._asked = True
                self._requests.put(None)

    def add_now(self, line: str) -> None:
        """Write a line, and all before it, at once; returns before that is done."""
        if self._take(line):
            self._requests.put(threading.Event())

    def flush(self) -> None:
        """Return when all that waits is written, or after `PATIENCE_S`."""
        written = threading.Event()
        if not self._closed:
            self._requests.put(written)
            written.wait(PATIENCE_S)

    def close(self) -> None:
        """Write what waits and end the thread; lines added later are written by who adds them."""
        self._closed = True
        self._requests.put(threading.Event())
        self._thread.join(PATIENCE_S)
        self._write_if_alone()

    def _take(self, line: str) -> bool:
        """Take a line, and return whether the thread must be told of it."""
        if len(self._waiting) >= MAX_WAITING_LINES:
            with self._counting:
                self._dropped += 1
            return False
        self._waiting.append(line)
        if self._closed:
            self._write_if_alone()
        return not self._closed

    def _write_if_alone(self) -> None:
        if not self._thread.is_alive():  # else the stream is stuck, or `close` is still at it
            self._write_waiting()

    def _run(self) -> None:
        while not self._closed:
            request = self._requests.get()
            if request is None:
                with contextlib.suppress(queue.Empty):
                    request = self._requests.get(timeout=FLUSH_INTERVAL_S)
            self._asked = False  # before the write: what comes during it asks again
            self._write_waiting()
            if request is not None:
                request.set()

    def _write_waiting(self) -> None:
        lines: list[str] = []
        with contextlib.suppress(IndexError):  # others add meanwhile
            while len(lines) < MAX_WAITING_LINES:
                lines.append(self._waiting.popleft())
        if dropped := self._dropped - self._told:
            self._told += dropped
            lines.append(self._tell_dropped(dropped))
        if lines:
            lines.append("")
            with contextlib.suppress(OSError, ValueError):  # ValueError: the stream is closed
                self._write("\n".join(lines))


def _writer(stream: TextIO) -> Callable[[str], None]:
    """Write to a stream's descriptor where it has one, whatever its encoding and its state.

    Python's own buffer would keep what a closed pipe refused, and fail with it at exit.
    """

    def to_descriptor(text: str) -> None:
        remaining = memoryview(text.encode("utf-8", "backslashreplace"))
        while remaining:
            remaining = remaining[os.write(descriptor, remaining) :]

    def to_stream(text: str) -> None:
        stream.write(text)
        stream.flush()

    try:
        stream.flush()
        descriptor = stream.fileno()
    except (OSError, ValueError):  # it lives in memory only
        return to_stream
    return to_descriptor

"""The program of a child process: computes the indices that it reads, one a line, one at a time.

    python -m fiblab.worker.executor.child PARENT_PID MEMORY_LIMIT_BYTES

It answers in the frames of `frames.py`. Whatever ends the parent ends it too: Linux sends
the signal, and everywhere standard input closes. SIGINT and SIGTERM are for the parent, which may
let it finish; so it is deaf to them, and is stopped by SIGKILL.
"""

import os
import queue
import signal
import sys
import threading
from typing import BinaryIO, NoReturn

from fiblab.fibonacci import Progress, fibonacci_text
from fiblab.fibonacci.large import binary_text, decimal_text
from fiblab.worker.executor.frames import PROGRESS, Kind, frame

#: An index whose computation loads and touches everything that a longer one uses, in some 30 ms: a
#: cold first call takes twice its time.
WARM_UP_INDEX = 1_000_000

#: prctl(2): "send me this signal when my parent ends". From <sys/prctl.h>.
PR_SET_PDEATHSIG = 1


def main() -> None:
    """Serve until standard input closes."""
    parent, memory_limit_bytes = map(int, sys.argv[1:])
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    end_with_parent(parent)
    limit_memory(memory_limit_bytes)
    answers = take_over_output()
    indices = read_indices()
    binary_text(WARM_UP_INDEX)
    decimal_text(WARM_UP_INDEX)
    send(answers, Kind.READY)
    while True:
        answer(indices.get(), answers)


def end_with_parent(parent: int) -> None:
    """Ask Linux to kill this process when the parent's main thread ends."""
    if sys.platform != "linux":
        return
    import ctypes  # noqa: PLC0415 - takes 5 ms, and only Linux needs it

    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
    if os.getppid() != parent:  # it ended before the call, so that no signal will come
        os._exit(1)


def limit_memory(limit_bytes: int) -> None:
    """Let allocations beyond the limit fail, where the system can do that.

    Data is what is limited, and not address space, of which threads and libraries reserve much more
    than they use.
    """
    if sys.platform != "linux":
        return
    import resource  # noqa: PLC0415 - there is none on Windows

    resource.setrlimit(resource.RLIMIT_DATA, (limit_bytes, limit_bytes))


def take_over_output() -> BinaryIO:
    """Keep standard output for frames; what libraries print goes to standard error."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return answers


def read_indices() -> "queue.SimpleQueue[int]":
    """Read in a thread, so that the end of the input ends a computation as well."""
    indices: queue.SimpleQueue[int] = queue.SimpleQueue()

    def read() -> NoReturn:
        for line in sys.stdin.buffer:
            indices.put(int(line))
        os._exit(0)

    threading.Thread(target=read, name="read-indices", daemon=True).start()
    return indices


def answer(index: int, answers: BinaryIO) -> None:
    """Compute one index; a failure ends the process, which may be in any state after it."""

    def report(progress: Progress) -> None:
        send(answers, Kind.PROGRESS, PROGRESS.pack(progress.done, progress.until))

    try:
        text = fibonacci_text(index, report)
        send(answers, Kind.VALUE, text.encode())
    except MemoryError:
        send(answers, Kind.FAILURE, b"memory\0")
        os._exit(1)
    except Exception as error:  # noqa: BLE001 - told to the parent, whatever it is
        send(answers, Kind.FAILURE, f"exception\0{error!r}".encode())
        os._exit(1)


def send(answers: BinaryIO, kind: Kind, body: bytes = b"") -> None:
    """Write one frame, now."""
    answers.write(frame(kind, body))
    answers.flush()


if __name__ == "__main__":
    main()

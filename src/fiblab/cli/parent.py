"""Ending with the process that started this one, on every platform."""

import os
import signal
import sys
import threading


def end_with_parent() -> None:
    """Send this process SIGTERM when its standard input closes.

    A supervisor that holds the other end of the pipe takes its children with it in
    whatever way it dies, SIGKILL included: the system closes the pipe.
    """
    stdin = sys.stdin.fileno()

    def watch() -> None:
        # Below Python's own buffer, whose lock a thread that waits would hold for ever.
        while os.read(stdin, 4096):
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="end-with-parent", daemon=True).start()

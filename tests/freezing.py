"""SIGSTOP, for the processes that tests freeze."""

import os
import signal
import subprocess
from typing import Any


def freeze(process: subprocess.Popen[Any]) -> None:
    """SIGSTOP a child of this process; returns when the kernel says that it stands."""
    process.send_signal(signal.SIGSTOP)
    os.waitpid(process.pid, os.WUNTRACED)

"""The process that computes large numbers, held still in the middle of one.

A machine may compute faster than a test looks; a frozen process makes "in the middle" last.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psutil

from .conftest import Lab

#: How the worker starts the process that it can kill.
COMPUTING = "fiblab.worker.executor.child"


@contextmanager
def held_in_the_middle(lab: Lab, index: int, *, progress: float = 0.0) -> Iterator[None]:
    """Freeze it once an index that was asked for has come so far; let it go on, if it lives."""
    with lab.client() as client:
        while client.get(f"/api/v1/fibonacci/{index}").json().get("progress", -1) < progress:
            pass
    (computing,) = [process for process in lab.processes() if COMPUTING in process.cmdline()]
    computing.suspend()
    try:
        yield
    finally:
        with suppress(psutil.NoSuchProcess):
            computing.resume()

"""The process that computes large numbers, held still in the middle of one.

A machine may compute faster than a page looks; a frozen process makes "in the middle" last.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import psutil

from .conftest import Lab

#: How the worker starts the process that it can kill.
COMPUTING = "fiblab.worker.executor.child"


@contextmanager
def held_in_the_middle(lab: Lab, index: int, *, progress: float = 0.0) -> Iterator[None]:
    """Freeze it once an index that was asked for has come so far; let it go on afterwards."""
    with lab.client() as client:
        while client.get(f"/api/v1/fibonacci/{index}").json().get("progress", -1) < progress:
            pass
    children = psutil.Process(lab.process.pid).children(recursive=True)
    (computing,) = [child for child in children if COMPUTING in child.cmdline()]
    computing.suspend()
    try:
        yield
    finally:
        computing.resume()

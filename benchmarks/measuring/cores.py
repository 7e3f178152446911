"""Who runs where: what is measured has a core to itself."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

#: The core of the server or worker that is measured.
SERVICE_CORE = 0
#: The core of the load, Redis and PostgreSQL.
LOAD_CORE = 1


@contextmanager
def on_core(core: int | None) -> Iterator[None]:
    """Run this process, and whatever it starts meanwhile, on one core; afterwards where it was.

    Where the core is None, or a process cannot be bound to one (macOS), all run where the system
    puts them.
    """
    if core is None or not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)

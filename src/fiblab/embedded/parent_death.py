"""End a child when its parent is gone, however the parent went (Linux only).

Elsewhere there is no such call: there the lab's own programs watch their standard input
(`--until-stdin-closes`), and the next run ends what a killed run left behind.
"""

import ctypes
import os
import signal
import sys
from collections.abc import Callable

#: prctl(2): "send me this signal when my parent thread ends". Linux, from <sys/prctl.h>.
_PR_SET_PDEATHSIG = 1

#: Exit status of a child whose parent was gone before the child could ask for the signal.
_ORPHANED = 1


def when_parent_dies(number: signal.Signals) -> Callable[[], None] | None:
    """Return what a child must call between fork and exec to get `number` at its parent's death.

    None where the system cannot do it. The signal belongs to the *thread* that forks: start
    children from a thread that lives as long as they do, the main thread above all. It is kept
    over an exec but not over a change of user: `subprocess` calls it after that change.
    """
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None).prctl  # found here: after a fork only plain calls are safe
    parent = os.getpid()
    wanted = int(number)

    def ask() -> None:
        prctl(_PR_SET_PDEATHSIG, wanted, 0, 0, 0)
        if os.getppid() != parent:  # it died before the call: nobody would send the signal
            os._exit(_ORPHANED)

    return ask

"""Twice the cores, twice the answers? One server on one core beside two on two.

A server and its wrk share a core, in both cases, so that the second core brings as much load as it
brings server. Two servers have a port each, as two replicas have an address each.
"""

from contextlib import ExitStack

from benchmarks.http import servers
from benchmarks.http.load import answers_of, ask, asking
from benchmarks.measuring.cores import LOAD_CORE, SERVICE_CORE
from benchmarks.measuring.report import Measurement
from benchmarks.measuring.stores import Stores
from benchmarks.measuring.turns import take_turns

WHAT, ONE = "GET, two processes", "fiblab, one process"
CONNECTIONS = 32

#: Seconds of load before the first turn.
WARM_UP_S = 1.0


def measure(stores: Stores, rounds: int, seconds: float) -> Measurement:
    """Measure both in turns."""
    with ExitStack() as stack:
        ports = {
            core: stack.enter_context(servers.serving(servers.fiblab(stores), core=core)).port
            for core in (SERVICE_CORE, LOAD_CORE)
        }
        for port in ports.values():
            ask(port, "GET", CONNECTIONS, WARM_UP_S)
        first = {SERVICE_CORE: ports[SERVICE_CORE]}
        sides = {
            ONE: lambda: {WHAT: _per_second(first, seconds)},
            servers.FIBLAB: lambda: {WHAT: _per_second(ports, seconds)},
        }
        return Measurement(WHAT, "requests/s", "more", take_turns(sides, rounds)[WHAT])


def _per_second(ports: dict[int, int], seconds: float) -> float:
    """Ask all servers at once, each from its own core."""
    with ExitStack() as stack:
        loads = [
            stack.enter_context(asking(port, "GET", CONNECTIONS, seconds, core=core))
            for core, port in ports.items()
        ]
        return sum(answers_of(load).per_second for load in loads)

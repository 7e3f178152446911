"""How many requests 1 and 2 servers answer: real processes, one Redis, one PostgreSQL, wrk.

The first server has a core to itself, the second one shares the other with the stores and the load,
and both answer at once: on two cores the gain of the second is bounded by what those leave it.
"""

import re
import subprocess
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from benchmarks.growth.services import Client, server, worker
from benchmarks.growth.sizes import curve, side_of
from benchmarks.measuring.cores import LOAD_CORE, SERVICE_CORE, on_core
from benchmarks.measuring.options import Options
from benchmarks.measuring.report import Curve
from benchmarks.measuring.stores import Stores, stores
from benchmarks.measuring.turns import take_turns

OVER = "servers"
NUMBERS = (1, 2)
#: The cores that servers take in turn.
CORES = (SERVICE_CORE, LOAD_CORE)
METHODS = ("GET", "POST")
#: A number of 9 digits.
ADDRESS = "/api/v1/fibonacci/40"
#: Connections of the load in all.
CONNECTIONS = 32
#: Seconds of load for each method, and in a quick run.
LOAD_S, QUICK_LOAD_S = 3, 1

_RATE = re.compile(r"Requests/sec:\s+([\d.]+)")


def measure(options: Options, rounds: int) -> list[Curve]:
    """Let the numbers of servers take turns."""
    seconds = QUICK_LOAD_S if options.quick else LOAD_S
    with stores() as both:
        _make_known(both)
        turns = {side_of(number, OVER): partial(_turn, both, number, seconds) for number in NUMBERS}
        figures = take_turns(turns, rounds)
    sides = {method: method for method in METHODS}
    return [
        curve(
            "answered by servers",
            "requests/s",
            over=OVER,
            sizes=NUMBERS,
            figures=figures,
            sides=sides,
            better="more",
        )
    ]


def _make_known(both: Stores) -> None:
    """Have the value computed that is asked for."""
    with (
        worker(both, core=SERVICE_CORE),
        server(both, core=SERVICE_CORE) as port,
        Client(port) as client,
    ):
        client.call("POST", ADDRESS, 200, "prefer: wait=20")


def _turn(both: Stores, servers: int, seconds: int) -> Mapping[str, float]:
    with ExitStack() as stack:
        ports = [
            stack.enter_context(server(both, core=CORES[number % len(CORES)]))
            for number in range(servers)
        ]
        return {method: _rate(ports, method, seconds) for method in METHODS}


def _rate(ports: list[int], method: str, seconds: int) -> float:
    """Load all servers at once, each by a wrk of its own; return the requests a second in all."""
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script, on_core(LOAD_CORE):
        Path(script.name).write_text(f'wrk.method = "{method}"\n', encoding="utf-8")
        loads = [
            subprocess.Popen(  # noqa: S603 - a benchmark starts its load
                [
                    *("wrk", "--threads", "1", "--connections", str(CONNECTIONS // len(ports))),
                    *("--duration", f"{seconds}s", "--script", script.name),
                    f"http://127.0.0.1:{port}{ADDRESS}",
                ],
                stdout=subprocess.PIPE,
                text=True,
            )
            for port in ports
        ]
        return sum(requests_per_second(load.communicate()[0]) for load in loads)


def requests_per_second(output: str) -> float:
    """Read what wrk says; raises RuntimeError where some answers were no success."""
    found = _RATE.search(output)
    if found is None or "Non-2xx" in output:
        raise RuntimeError(f"not all requests were answered:\n{output}")
    return float(found[1])

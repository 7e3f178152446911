"""Requests a second and their latency, beside Express and Fastify.

Each server is one process on one core; wrk, Redis and PostgreSQL, the same for all, have the other.
All sides do the same for a request (`peers/node/features.js` lists it), and write their access log
to /dev/null. The sides take turns at each load. A turn fails unless every answer is a 2xx, and a
POST's unless each has its row in PostgreSQL, which flushes every commit to the disk.
"""

import subprocess
from collections.abc import Mapping
from functools import partial
from typing import NamedTuple

from benchmarks.http import ledger, servers, two_processes, values
from benchmarks.http.load import Method, ask
from benchmarks.http.servers import Running
from benchmarks.measuring.options import Options
from benchmarks.measuring.peers import node_version
from benchmarks.measuring.processes import cpu_seconds
from benchmarks.measuring.report import Measurement, Report
from benchmarks.measuring.stores import Stores, stores
from benchmarks.measuring.turns import take_turns
from fiblab import __version__

#: Turns of each side at each load, and the seconds of one.
ROUNDS, SECONDS = 7, 4.0
QUICK_SECONDS = 1.0

#: Seconds of load before a side's first turn: V8 compiles what is hot, all fill their pools.
WARM_UP_S = 2.0

NODE_PACKAGES = ("node", "fastify", "express4", "express", "ioredis", "redis", "pg", "pino")

NOTES = f"""\
One server process on one core; wrk, Redis and PostgreSQL share the other.
Half of all requests are for ten hot numbers, the rest is spread over F(0) to F(1000); of the \
POSTs every tenth is for a number that is not known, and becomes a job unless it is one already.
GETs of `{servers.FIBLAB}` are answered from values kept in the process, as in production; \
`{servers.FROM_REDIS}` has that switched off and asks Redis each time, as the peers do.
All answers were 200 or 202: rate limits are on, and out of reach. Each POST has its row.
Ours does more for each request than the peers: see `benchmarks/peers/node/features.js`.
"CPU" is the server's own processor time, which swings less on a busy machine than the rates do.
"idle" is one connection that asks one after the other.
Two processes: a server and its wrk share a core, on one core and then on both; see \
`benchmarks/http/two_processes.py`.
""".splitlines()


class Load(NamedTuple):
    """How a server is asked."""

    method: Method
    connections: int

    @property
    def name(self) -> str:
        """Such as "GET, 32 connections"."""
        many = "idle" if self.connections == 1 else f"{self.connections} connections"
        return f"{self.method}, {many}"


LOADS = [Load(method, many) for method in ("GET", "POST") for many in (32, 128, 1)]


def run(options: Options) -> Report:
    """Measure all sides at all loads."""
    rounds = 1 if options.quick else options.rounds or ROUNDS
    seconds = QUICK_SECONDS if options.quick else SECONDS
    with stores() as both:
        values.put(both.redis_url)
        with servers.all_serving(sides(both)) as running:
            measurements = [
                each for load in LOADS for each in at_load(load, running, both, rounds, seconds)
            ]
        measurements.append(two_processes.measure(both, rounds, seconds))
    return Report.of(
        "http", rounds=rounds, measurements=measurements, versions=versions(), notes=NOTES
    )


def sides(both: Stores) -> dict[str, servers.Server]:
    """Describe ours, and its peers."""
    kept = values.value_keys()
    return {
        servers.FIBLAB: servers.fiblab(both),
        servers.FROM_REDIS: servers.fiblab(both, FIBLAB_REMEMBERED_VALUES_BYTES="0"),
        **{name: servers.peer(program, both, kept) for name, program in servers.PEERS.items()},
    }


def at_load(
    load: Load, running: Mapping[str, Running], both: Stores, rounds: int, seconds: float
) -> list[Measurement]:
    """Measure every side at one load: answers a second, median, 99th percentile, CPU of one."""
    asked = {side: server for side, server in running.items() if _is_of_interest(side, load)}
    for server in asked.values():
        servers.check_answers(server.port, load.method)
        ask(server.port, load.method, load.connections, min(seconds, WARM_UP_S))
    turns = {side: partial(turn, load, server, both, seconds) for side, server in asked.items()}
    figures = take_turns(turns, rounds)
    return [
        Measurement(load.name, "requests/s", "more", figures["per_second"]),
        Measurement(f"{load.name}, p50", "ms", "less", figures["p50_ms"]),
        Measurement(f"{load.name}, p99", "ms", "less", figures["p99_ms"]),
        Measurement(f"{load.name}, CPU", "us/request", "less", figures["cpu_us"]),
    ]


def _is_of_interest(side: str, load: Load) -> bool:
    """Leave out what asks Redis each time from POST, where all do."""
    return load.method == "GET" or side != servers.FROM_REDIS


def turn(load: Load, server: Running, both: Stores, seconds: float) -> dict[str, float]:
    """Ask one server for so long, and see that what it says was counted is."""
    ledger.empty(both.postgres_url)
    cpu_before = cpu_seconds(server.pid)
    got = ask(server.port, load.method, load.connections, seconds)
    cpu_us = (cpu_seconds(server.pid) - cpu_before) / got.answers * 1e6
    if load.method == "POST":
        ledger.check_counted(both.postgres_url, got.answers)
    rate = {"per_second": got.per_second, "p50_ms": got.p50_ms, "p99_ms": got.p99_ms}
    return {**rate, "cpu_us": cpu_us}


def versions() -> dict[str, str]:
    """Name what was measured."""
    said = subprocess.run(["wrk", "--version"], check=False, capture_output=True, text=True)  # noqa: S607 - as found on PATH
    wrk = said.stdout.split(" Copyright")[0].removeprefix("wrk ")
    return {
        "fiblab": __version__,
        "wrk": wrk,
        **{name: node_version(name) for name in NODE_PACKAGES},
    }

"""Requests to our server; the anchor is an application that answers without reading anything."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from benchmarks.http import load, values
from benchmarks.http.servers import Running, Server, all_serving, fiblab
from benchmarks.measuring.stores import Stores
from benchmarks.measuring.turns import Turn

#: Connections, and seconds of one turn.
CONNECTIONS, TURN_S = 32, 2.0

ANCHOR = "static application"


@contextmanager
def request_sides(stores: Stores) -> Iterator[dict[str, dict[str, Turn]]]:
    """Run our server and the anchor, and give the turns of both."""
    values.put(stores.redis_url)
    anchor = Server([sys.executable, "-m", "benchmarks.check.static_app"], _port)
    servers = {"fiblab": fiblab(stores), ANCHOR: anchor}
    with all_serving(servers) as running:
        yield {
            "GET of a known value": _turns(running, "GET"),
            "POST": _turns(running, "POST"),
        }


def _port(port: int) -> dict[str, str]:
    return {"PORT": str(port)}


def _turns(running: Mapping[str, Running], method: load.Method) -> dict[str, Turn]:
    def turn_of(port: int) -> Turn:
        return lambda: {"requests/s": load.ask(port, method, CONNECTIONS, TURN_S).per_second}

    return {side: turn_of(server.port) for side, server in running.items()}

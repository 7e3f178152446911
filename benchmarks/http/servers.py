"""Who is asked: our server and its peers, each a real process on the service's core."""

import http.client
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import NamedTuple

from benchmarks.http.load import LoadError, Method
from benchmarks.measuring.cores import SERVICE_CORE
from benchmarks.measuring.peers import node, node_folder
from benchmarks.measuring.processes import accepts_connections, free_port, started
from benchmarks.measuring.stores import Stores
from fiblab.storage import ValueKeys

#: Requests a second and client, and at once: a limit that is kept, and never reached.
RATE_LIMIT = 1_000_000
#: Largest index, and most jobs: the defaults of `fiblab server`.
MAX_INDEX, QUEUE_BOUND = 100_000_000, 100_000
#: Whom CORS allows.
ORIGIN = "https://page.example"

FIBLAB, FROM_REDIS = "fiblab", "fiblab, every value from Redis"

#: Side -> its program in peers/node.
PEERS = {
    "Fastify 5 + ioredis, group commit": "fastify.js",
    "Express 4 + ioredis + pg": "express.js",
    "Express 5, redis, pg": "express5.js",
}

#: Access logs go nowhere, from all sides: a disk that also flushes commits would blur the figures.
#: `exec`, so that the process which is ended is the server.
NO_LOG = ["/bin/sh", "-c", 'exec "$@" >/dev/null', "sh"]


class Server(NamedTuple):
    """A program and its settings; it listens to a port that it is told."""

    command: list[str]
    settings: Callable[[int], dict[str, str]]


class Running(NamedTuple):
    """A server that runs."""

    port: int
    pid: int


def fiblab(stores: Stores, **more: str) -> Server:
    """Describe `fiblab server`, as production runs it; `more` are further settings of its own."""

    def settings(port: int) -> dict[str, str]:
        return {
            "FIBLAB_PORT": str(port),
            "FIBLAB_REDIS_URL": stores.redis_url,
            "FIBLAB_POSTGRES_URL": stores.postgres_url,
            "FIBLAB_CORS_ORIGINS": ORIGIN,
            "FIBLAB_RATE_LIMIT_PER_S": str(RATE_LIMIT),
            "FIBLAB_RATE_LIMIT_BURST": str(RATE_LIMIT),
            **more,
        }

    return Server([sys.executable, "-m", "fiblab", "server"], settings)


def peer(program: str, stores: Stores, values: ValueKeys) -> Server:
    """Describe a Node peer; it reads the values that ours reads."""

    def settings(port: int) -> dict[str, str]:
        return {
            "NODE_ENV": "production",
            "PORT": str(port),
            "REDIS_URL": stores.redis_url,
            "POSTGRES_URL": stores.postgres_url,
            "VALUES_KEY": values.dense,
            "CORS_ORIGIN": ORIGIN,
            "MAX_INDEX": str(MAX_INDEX),
            "RATE_PER_S": str(RATE_LIMIT),
            "RATE_BURST": str(RATE_LIMIT),
            "QUEUE_BOUND": str(QUEUE_BOUND),
        }

    return Server([str(node()), str(node_folder() / program)], settings)


@contextmanager
def serving(server: Server, *, core: int = SERVICE_CORE) -> Iterator[Running]:
    """Run a server."""
    port = free_port()
    with started(
        [*NO_LOG, *server.command],
        core=core,
        env=server.settings(port),
        ready=lambda: accepts_connections(port),
    ) as process:
        yield Running(port, process.pid)


@contextmanager
def all_serving(servers: dict[str, Server]) -> Iterator[dict[str, Running]]:
    """Run all at once, as those that nobody asks cost nothing."""
    with ExitStack() as stack:
        yield {side: stack.enter_context(serving(server)) for side, server in servers.items()}


def check_answers(port: int, method: Method) -> None:
    """Ask once and look at the answer; raises LoadError where it is not F(90)."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    connection.request(method, "/api/v1/fibonacci/90")
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    if answer.status != http.HTTPStatus.OK or b'"2880067194370816120"' not in body:
        raise LoadError(f"{method} of F(90) was answered {answer.status}: {body[:200]!r}")

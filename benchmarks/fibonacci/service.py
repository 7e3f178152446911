"""A server and a worker on a core of their own; they find their stores on the other one."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from benchmarks.measuring.cores import SERVICE_CORE
from benchmarks.measuring.processes import free_port, started
from benchmarks.measuring.stores import Stores

PROGRAM = [sys.executable, "-P", "-m", "fiblab"]


@contextmanager
def server_and_worker(stores: Stores) -> Iterator[httpx.Client]:
    """Start both, wait until the worker has announced itself, and give a client of the server."""
    port = free_port()
    env = {
        "FIBLAB_REDIS_URL": stores.redis_url,
        "FIBLAB_POSTGRES_URL": stores.postgres_url,
        "FIBLAB_PORT": str(port),
        "FIBLAB_RATE_LIMIT_PER_S": "0",
    }

    def ready() -> bool:
        try:
            return client.get("/readyz").is_success
        except httpx.TransportError:
            return False

    def works() -> bool:
        return bool(client.get("/api/v1/workers").json()["items"])

    with (
        httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client,
        started([*PROGRAM, "server"], core=SERVICE_CORE, ready=ready, env=env),
        started([*PROGRAM, "worker"], core=SERVICE_CORE, ready=works, env=env),
    ):
        yield client

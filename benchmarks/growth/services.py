"""Servers and workers as real processes of the product, and a client of one connection."""

import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Self

import httpx

from benchmarks.measuring.processes import free_port, started
from benchmarks.measuring.stores import Stores

#: Settings of all: no rate limit, as one client makes all requests; leases longer than any turn;
#: room for a million jobs.
SETTINGS = {
    "FIBLAB_LOG_LEVEL": "warning",
    "FIBLAB_RATE_LIMIT_PER_S": "0",
    "FIBLAB_QUEUE_BOUND": "2000000",
    "FIBLAB_VISIBILITY_TIMEOUT_S": "600",
}


@contextmanager
def server(stores: Stores, *, core: int) -> Iterator[int]:
    """Run a server on a core; gives its port."""
    port = free_port()
    environment = {**_environment(stores), "FIBLAB_PORT": str(port)}
    command = [sys.executable, "-P", "-m", "fiblab", "server"]
    with started(command, core=core, env=environment, ready=lambda: is_ready(port)):
        yield port


@contextmanager
def worker(stores: Stores, *, core: int) -> Iterator[int]:
    """Run a worker on a core; gives its process id at once, ready or not."""
    command = [sys.executable, "-P", "-m", "fiblab", "worker"]
    with started(command, core=core, env=_environment(stores), ready=lambda: True) as process:
        yield process.pid


def _environment(stores: Stores) -> dict[str, str]:
    urls = {"FIBLAB_REDIS_URL": stores.redis_url, "FIBLAB_POSTGRES_URL": stores.postgres_url}
    return {**SETTINGS, **urls}


def is_ready(port: int) -> bool:
    """Tell whether a server says that it is ready."""
    try:
        return httpx.get(f"http://127.0.0.1:{port}/readyz", timeout=1.0).is_success
    except httpx.TransportError:
        return False


class Client:
    """One kept-alive connection that does as little as HTTP allows: its own cost is some 20 us.

    It blocks its thread while it waits: whoever measures has nothing else to do.
    """

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def call(self, method: str, path: str, expected: int, *fields: str) -> None:
        """Make a request and read its answer; raises RuntimeError for another status."""
        head = [f"{method} {path} HTTP/1.1", "host: 127.0.0.1", *fields]
        if method == "POST":
            head.append("content-length: 0")
        self._socket.sendall("\r\n".join([*head, "", ""]).encode())
        answer = self._answer()
        if int(answer.split(b" ", 2)[1]) != expected:
            raise RuntimeError(f"{method} {path}: {answer.decode()}, not {expected}")

    def _answer(self) -> bytes:
        answer = b""
        while (end := answer.find(b"\r\n\r\n")) < 0:
            answer += self._received()
        lines = answer[:end].lower().split(b"\r\n")
        (length,) = (line[15:] for line in lines if line.startswith(b"content-length:"))
        while len(answer) < end + 4 + int(length):
            answer += self._received()
        return answer

    def _received(self) -> bytes:
        received = self._socket.recv(65_536)
        if not received:
            raise RuntimeError("the server closed the connection")
        return received

"""GETs per second within one process: `fiblab.redis.Connection` against redis-py's asyncio pool.

    python benchmarks/redis_connection.py [--rounds 7] [--gets 20000]

Starts a redis-server of its own on a unix socket. Both clients run on uvloop with the hiredis
parser, in turn, round by round, so that a noisy machine is noisy for both. The figure is what one
core does when it does nothing else: a server also has HTTP to speak.
"""

import argparse
import asyncio
import contextlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import TypeAlias

import redis.asyncio as redis_py
import uvloop

from fiblab.redis import Address, Connection

Get: TypeAlias = Callable[[str], Awaitable[object]]

#: Coroutines that ask at once: the two loads of the HTTP benchmark.
CONCURRENCIES = (32, 128)

#: A key with a value as long as a mid-sized Fibonacci number.
KEY, VALUE = "benchmark", "1" * 100


@contextlib.contextmanager
def running_redis() -> Iterator[str]:
    """Start a redis-server, and give its socket."""
    program = shutil.which("redis-server")
    if program is None:
        sys.exit("redis-server is not on PATH: install Redis 7.0 or newer")
    with tempfile.TemporaryDirectory() as folder:
        socket = str(Path(folder) / "redis.sock")
        command = [program, "--port", "0", "--unixsocket", socket, "--save", "", "--dir", folder]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as process:  # noqa: S603 - our words
            for line in process.stdout or ():
                if b"eady to accept connections" in line:
                    break
            try:
                yield socket
            finally:
                process.terminate()


async def gets_per_second(get: Get, concurrency: int, gets: int) -> float:
    """Let `concurrency` coroutines read the key, one GET after another each."""

    async def reader() -> None:
        for _ in range(gets // concurrency):
            await get(KEY)

    started = time.perf_counter()
    await asyncio.gather(*(reader() for _ in range(concurrency)))
    return gets // concurrency * concurrency / (time.perf_counter() - started)


def line(name: str, concurrency: int, rates: list[float]) -> str:
    """Show median and range."""
    low, middle, high = min(rates), statistics.median(rates), max(rates)
    return f"{name:<24}{concurrency:>12}{middle:>12,.0f}   {low:,.0f} - {high:,.0f}"


async def measure(socket: str, rounds: int, gets: int) -> None:
    """Measure both clients in turn, and print the table."""
    connection = Connection(Address(unix_path=socket), name="benchmark")
    await connection.connect()
    await connection.execute("SET", KEY, VALUE)
    peer = redis_py.Redis(unix_socket_path=socket, max_connections=max(CONCURRENCIES))
    clients: dict[str, Get] = {
        "fiblab.redis": lambda key: connection.execute("GET", key),
        f"redis-py {version('redis')}": peer.get,
    }
    print(f"{'client':<24}{'concurrency':>12}{'GET/s':>12}   range of {rounds}")
    for concurrency in CONCURRENCIES:
        rates: dict[str, list[float]] = {name: [] for name in clients}
        for _ in range(rounds):
            for name, get in clients.items():
                rates[name].append(await gets_per_second(get, concurrency, gets))
        for name, measured in rates.items():
            print(line(name, concurrency, measured))
        ours, theirs = (statistics.median(measured) for measured in rates.values())
        print(f"{'ratio':<24}{concurrency:>12}{ours / theirs:>11.1f}x")
    await peer.aclose()
    await connection.close()


def main() -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=7, help="measurements of each client")
    parser.add_argument("--gets", type=int, default=20_000, help="GETs in one measurement")
    options = parser.parse_args()
    with running_redis() as socket:
        uvloop.run(measure(socket, options.rounds, options.gets))


if __name__ == "__main__":
    main()

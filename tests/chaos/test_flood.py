"""Far more clients than can be served, and clients that go away: all bounded, nobody mixed up."""

import asyncio
import resource
from collections import Counter
from collections.abc import Iterator

import pytest
from tests.integration.server.raw_http import RawAnswer, ask, read_answer, request

from .redis_process import RedisProcess
from .system import Served, System

pytestmark = [pytest.mark.chaos, pytest.mark.alone]

#: Connections at once: the fault matrix's number.
CROWD = 10_000

#: What the crowd asks for.
ASKED = range(2_000, 2_000 + CROWD)

#: Jobs that fit into the queue: a thousandth of what the crowd asks for would fill it.
BOUND = 100

#: Bytes that a server may grow by under the crowd: some 30 KB a connection.
GROWTH_LIMIT = 300 * 1024 * 1024

#: Descriptors of this process beside the crowd's.
SPARE = 500


@pytest.fixture(scope="module")
def many_files() -> Iterator[None]:
    """Allow this process and the server that it starts as many descriptors as it takes."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    if before[1] < CROWD + SPARE:
        pytest.skip(f"{before[1]} descriptors are allowed here, {CROWD + SPARE} are needed")
    resource.setrlimit(resource.RLIMIT_NOFILE, (before[1], before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


@pytest.fixture(scope="module")
def served(many_files: None, shared_system: System) -> Served:
    """Start a server whose queue is soon full; nobody works it off."""
    del many_files
    return shared_system.serve(
        queue_bound=str(BOUND), rate_limit_per_s="500", rate_limit_burst="2000"
    )


class Crowd:
    """Connections that are all open at once; the answers of those that asked."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._all_open = asyncio.Barrier(CROWD + 1)
        self.statuses: Counter[int] = Counter()
        self.faults: list[str] = []

    async def client(self, number: int) -> None:
        """Connect, wait for the others, ask, and look whose answer it is."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        await self._all_open.wait()
        sent = {"X-Request-ID": f"crowd-{number}"}
        writer.write(request("POST", f"/api/v1/fibonacci/{2_000 + number}", sent))
        answer = await read_answer(reader)
        self.statuses[answer.status] += 1
        # A connection that said nothing for too long is told so, without any request's id.
        if answer.status != 408 and answer.headers["x-request-id"] != f"crowd-{number}":
            self.faults.append(f"{number} was answered for {answer.headers['x-request-id']}")
        if answer.status in {429, 503} and int(answer.headers["retry-after"]) < 1:
            self.faults.append(f"{number} is not told when to come again")
        writer.close()

    async def come(self) -> RawAnswer:
        """Let all of them ask at once, and ask for the server's health amid them."""
        clients = [asyncio.create_task(self.client(number)) for number in range(CROWD)]
        await self._all_open.wait()
        health = await ask(self._port, request("GET", "/livez"))
        await asyncio.gather(*clients)
        return health


async def test_ten_thousand_at_once(served: Served, shared_system: System) -> None:
    """Some are served, the others told when to come again; health answers; memory is bounded."""
    process = served.process.as_seen
    before = process.memory_info().rss
    crowd = Crowd(served.port)
    async with asyncio.timeout(100):
        health = await crowd.come()
    assert health.status == 200
    assert crowd.faults == []
    failed = [record for record in served.process.records() if record["level"] == "error"]
    assert (crowd.statuses[500], failed) == (0, [])
    assert crowd.statuses.keys() <= {202, 408, 429, 503}
    assert crowd.statuses.total() == CROWD
    assert crowd.statuses[202] <= len(shared_system.rows()) <= BOUND
    assert process.memory_info().rss - before < GROWTH_LIMIT


async def test_clients_that_go_away(
    served: Served, shared_system: System, shared_redis: RedisProcess
) -> None:
    """Those who leave at any point leave no connection, and nobody else gets their answer."""
    shared_redis.client().flushall()
    whole = request("POST", "/api/v1/fibonacci/2050", {"X-Request-ID": "left"})

    async def leave(number: int) -> None:
        _, writer = await asyncio.open_connection("127.0.0.1", served.port)
        writer.write(whole[: number % (len(whole) + 1)])
        await writer.drain()
        if number % 2:
            writer.transport.abort()
        else:
            writer.close()

    async def stay(number: int) -> None:
        answer = await ask(
            served.port,
            request("GET", f"/api/v1/fibonacci/{number}", {"X-Request-ID": f"stayed-{number}"}),
        )
        assert answer.headers["x-request-id"] == f"stayed-{number}"

    async with asyncio.timeout(60):
        await asyncio.gather(*map(leave, range(400)), *map(stay, range(400)))
        await all_gone(served)
    assert {index for index, _ in shared_system.rows().values()} <= set(ASKED)


async def all_gone(served: Served) -> None:
    """Return when the server has no connection but the one that asks here for its pace."""
    reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
    own = writer.get_extra_info("sockname")[1]
    while established(served) != {own}:
        writer.write(request("GET", "/livez"))
        assert (await read_answer(reader)).status == 200
    writer.close()


def established(served: Served) -> set[int]:
    """Give the clients' ports to which the server still has connections."""
    return {
        connection.raddr.port
        for connection in served.process.as_seen.net_connections("tcp")
        if connection.laddr.port == served.port
        and connection.status in {"ESTABLISHED", "CLOSE_WAIT"}
    }

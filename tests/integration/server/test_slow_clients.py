"""Clients that dawdle, vanish or come in crowds: each costs little and loses its connection."""

import asyncio
import contextlib
import re
import socket
import struct
from collections.abc import AsyncIterator, Callable, Iterator

import psutil
import pytest

from fiblab.server import http_protocol, run

from .conftest import PATIENCE_S, RunningServer, Start
from .raw_http import ask, exchange, head, read_answer, request

ADDRESS = "/api/v1/fibonacci"
JSON = {"Content-Type": "application/json"}
LIVE = request("GET", "/livez")

#: Seconds between two looks at something that gives no signal of its own.
LOOK_S = 0.01
#: Connections of a crowd.
CROWD = 500
#: Bytes that one idle connection may cost, the test's own end included; it is some 10 KiB.
BYTES_A_CONNECTION = 128 * 1_024


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let patience with clients end at once; to be asked for before the server."""
    monkeypatch.setattr(http_protocol, "HEAD_TIMEOUT_S", 0.1)
    monkeypatch.setattr(http_protocol, "READING_TIMEOUT_S", 0.1)


async def until(happened: Callable[[], bool]) -> None:
    """Wait for what gives no signal."""
    async with asyncio.timeout(PATIENCE_S):
        while not happened():  # noqa: ASYNC110 - the kernel's tables and task sets set no event
            await asyncio.sleep(LOOK_S)


def connections(port: int) -> int:
    """Count the server's ends of connections that somebody holds."""
    return sum(
        connection.laddr.port == port and connection.status == psutil.CONN_ESTABLISHED
        for connection in psutil.Process().net_connections("tcp4")
    )


async def in_flight(server: RunningServer) -> int:
    """Read from the metrics how many requests are being answered, but for this one."""
    answer = await ask(server.port, request("GET", "/metrics"))
    found = re.search(rb"^fiblab_http_requests_in_flight (\d+)", answer.body, re.MULTILINE)
    assert found is not None
    return int(found[1]) - 1


async def until_let_go(server: RunningServer) -> None:
    """Wait until no connection is open and no request is being answered."""
    await until(lambda: connections(server.port) == 0)
    async with asyncio.timeout(PATIENCE_S):
        while await in_flight(server):  # noqa: ASYNC110 - a metric sets no event
            await asyncio.sleep(LOOK_S)


async def read_to_end(reader: asyncio.StreamReader) -> bytes:
    """Read all that comes; a server that closes on a client that still writes resets it."""
    received = b""
    with contextlib.suppress(ConnectionError):
        while piece := await reader.read(65_536):
            received += piece
    return received


async def trickle(port: int, start: bytes) -> list[int]:
    """Send a start, then single bytes until the server ends it; tell how it answered."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    reading = asyncio.create_task(read_to_end(reader))
    writer.write(start)
    with contextlib.suppress(ConnectionError):
        while not reading.done():
            writer.write(b" ")
            await writer.drain()
            await asyncio.sleep(LOOK_S)
    answers = asyncio.StreamReader()
    answers.feed_data(await reading)
    answers.feed_eof()
    writer.close()
    statuses = []
    while not answers.at_eof():
        statuses.append((await read_answer(answers)).status)
    return statuses


@pytest.mark.usefixtures("hasty")
async def test_head_byte_by_byte(server: RunningServer) -> None:
    """A head has one deadline, which no single byte puts off (slow-loris)."""
    async with asyncio.timeout(PATIENCE_S):
        assert await trickle(server.port, b"GET /livez HTTP/1.1\r\nX: ") == [408]


async def test_body_byte_by_byte(start: Start) -> None:
    """A body has the request's deadline, and what was sent of it has no effect."""
    async with start(request_deadline_s=0.1) as server, asyncio.timeout(PATIENCE_S):
        sent = head("POST", f"{ADDRESS}/ranges", {**JSON, "Content-Length": "16000"})
        assert await trickle(server.port, sent + b'{"from":0,"to":5}') == [408]
        assert await server.rows() == []


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize("coding", [{"Content-Length": "16000"}, {"Transfer-Encoding": "chunked"}])
async def test_body_behind_its_answer(server: RunningServer, coding: dict[str, str]) -> None:
    """The rest of a body that nobody needed has a deadline; there is no second answer."""
    async with asyncio.timeout(PATIENCE_S):
        sent = head("POST", f"{ADDRESS}/5", coding) + (b"3e80\r\n" if len(coding) > 7 else b"")
        assert await trickle(server.port, sent) == [202]


async def test_endless_trailer(server: RunningServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """What comes behind a body is no longer than a head may be, however long it may take."""
    monkeypatch.setattr(http_protocol, "HEAD_TIMEOUT_S", 10 * PATIENCE_S)
    sent = head("POST", f"{ADDRESS}/5", {"Transfer-Encoding": "chunked"}) + b"0\r\nX: "
    async with asyncio.timeout(PATIENCE_S):
        answers = await exchange(server.port, sent + b"x" * (http_protocol.HEAD_LIMIT + 1))
    assert [answer.status for answer in answers] == [202]


@pytest.mark.usefixtures("hasty")
async def test_empty_lines_keep_nothing_open(server: RunningServer) -> None:
    """An empty line behind an answer begins a head, with its deadline."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(LIVE)
    assert (await read_answer(reader)).status == 200
    writer.write(b"\r\n")
    assert (await read_answer(reader)).status == 408
    assert await reader.read() == b""
    writer.close()


async def test_idle_after_a_late_body(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection whose request was answered before its body came is idle after it, no less."""
    monkeypatch.setattr(run, "KEEP_ALIVE_S", 0.1)
    async with start() as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(head("POST", f"{ADDRESS}/5", {"Content-Length": "3"}))
        assert (await read_answer(reader)).status == 202
        writer.write(b"abc")
        assert await reader.read() == b""
        writer.close()


@pytest.mark.usefixtures("hasty")
async def test_late_head_never_overtakes_an_answer(server: RunningServer) -> None:
    """Half a head behind a request that is being answered waits for that answer first."""
    await server.client.post(f"{ADDRESS}/40")
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(request("GET", f"{ADDRESS}/40", {"Prefer": "wait=20"}) + b"GET /li")
    await server.drain.held.wait()
    # This one's time began later and is over: the half head's would be, too.
    (late,) = await exchange(server.port, b"GET /li")
    assert late.status == 408
    await server.work()
    assert [(await read_answer(reader)).status for _ in range(2)] == [200, 408]
    writer.close()


def unread(port: int, sent: bytes) -> socket.socket:
    """Send and read nothing, with as little room for answers as the kernel gives."""
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    client.connect(("127.0.0.1", port))
    client.setblocking(False)  # noqa: FBT003 - the socket's own signature
    client.sendall(sent)
    return client


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize("headers", [{}, {"Connection": "close"}], ids=["kept", "closing"])
async def test_client_that_never_reads(server: RunningServer, headers: dict[str, str]) -> None:
    """It loses its connection, and nothing waits for it any more; others are served meanwhile."""
    # More than the kernel takes for a client; a single answer of that size would take long to make.
    await server.store(2_000_000)
    digits = request("GET", f"{ADDRESS}/2000000/digits")
    last = request("GET", f"{ADDRESS}/2000000/digits", headers)
    with unread(server.port, digits * 19 + last):
        assert (await ask(server.port, LIVE)).status == 200  # and so the other was accepted before
        await until_let_go(server)


def reset(client: socket.socket) -> None:
    """Hang up at once, by a RST."""
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()


async def test_client_that_goes_away(server: RunningServer) -> None:
    """Hanging up amid a head, a body, a wait or an answer leaves no connection and no task."""
    await server.store(2_000_000)
    await server.client.post(f"{ADDRESS}/40")
    await server.client.aclose()
    await until(lambda: connections(server.port) == 0)
    tasks = len(asyncio.all_tasks())
    body = head("POST", f"{ADDRESS}/ranges", {**JSON, "Content-Length": "17"})
    for sent in (
        b"GET / HT",
        body + b'{"from":',
        request("GET", f"{ADDRESS}/40", {"Prefer": "wait=1"}),
        request("GET", f"{ADDRESS}/2000000/digits") * 20,
        request("GET", f"{ADDRESS}/2000000/digits", {"Accept-Encoding": "gzip"}) * 20,
    ):
        client = unread(server.port, sent)
        await until(lambda: connections(server.port) == 1)
        reset(client)
        await until_let_go(server)
    await until(lambda: len(asyncio.all_tasks()) == tasks)
    assert [index for _, index in await server.rows()] == [40]


@contextlib.asynccontextmanager
async def crowd(port: int) -> AsyncIterator[list[socket.socket]]:
    """Hold many connections, each with half a head."""
    with contextlib.ExitStack() as stack:
        yield [stack.enter_context(unread(port, b"GET / HT")) for _ in range(CROWD)]


@pytest.fixture
def room_for_a_crowd() -> Iterator[None]:
    """Allow this process both ends of a crowd's connections."""
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(before[0], 4 * CROWD), before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


@pytest.mark.usefixtures("room_for_a_crowd")
async def test_crowd(server: RunningServer) -> None:
    """Hundreds of connections with half a head each cost little memory, and others are served."""
    assert (await ask(server.port, LIVE)).status == 200
    process = psutil.Process()
    before = process.memory_info().rss
    async with crowd(server.port) as clients:
        await until(lambda: connections(server.port) == len(clients))
        assert (await ask(server.port, LIVE)).status == 200
        assert (await ask(server.port, request("POST", f"{ADDRESS}/5"))).status == 202
        assert process.memory_info().rss - before < CROWD * BYTES_A_CONNECTION
    await until(lambda: connections(server.port) == 0)

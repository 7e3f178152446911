"""On the wire: what is no HTTP, what comes too slowly, is too large, or is sent ahead."""

import asyncio

import pytest

from fiblab.server import http_protocol

from .conftest import RunningServer, Start
from .raw_http import ask, exchange, head, read_answer, request

POST = request("POST", "/api/v1/fibonacci/40")
LAST = request("GET", "/livez", {"Connection": "close"})


@pytest.mark.parametrize(
    "sent",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(32) + b"\r\n\r\n",
        b"nonsense\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /\xff HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost : localhost\r\n\r\n",
        b"POST /api/v1/fibonacci/5 HTTP/1.1\r\nHost: localhost\r\nContent-Length: +3\r\n\r\nabc",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nX: a\rb\r\n\r\n",
    ],
    ids=["TLS", "nonsense", "version", "raw byte", "space", "signed length", "bare CR"],
)
async def test_no_http(server: RunningServer, sent: bytes) -> None:
    """What is no HTTP gets a problem, and its connection ends."""
    (answer,) = await exchange(server.port, sent)
    assert (answer.status, answer.problem) == (400, "malformed-request")
    assert answer.headers["connection"] == "close"


async def test_answers_come_in_order(server: RunningServer) -> None:
    """Requests sent ahead on one connection are answered one by one, in their order."""
    sent = [request("POST", f"/api/v1/fibonacci/{index}") for index in range(20)]
    answers = await exchange(server.port, *sent, LAST)
    assert [answer.status for answer in answers] == [202] * 20 + [200]
    assert [answer.headers.get("location") for answer in answers[:20]] == [
        f"/api/v1/fibonacci/{index}" for index in range(20)
    ]


async def test_nonsense_never_overtakes_an_answer(server: RunningServer) -> None:
    """Behind a good request nonsense ends the connection, after that request's own answer."""
    answers = await exchange(server.port, POST, POST, b"nonsense\r\n\r\n")
    assert [answer.status for answer in answers] == [202, 202]
    assert await server.count(40) == 2


async def test_wish_to_upgrade_is_ignored(
    server: RunningServer, caplog: pytest.LogCaptureFixture
) -> None:
    """A client that would rather speak HTTP/2 is answered in what it speaks, without a warning."""
    wish = {"Connection": "Upgrade, HTTP2-Settings", "Upgrade": "h2c"}
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    for _ in range(3):
        writer.write(request("POST", "/api/v1/fibonacci/40", wish))
        assert (await read_answer(reader)).status == 202
    writer.close()
    assert caplog.records == []


async def test_head_that_does_not_end(
    server: RunningServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A head that stays unfinished (slow-loris) is answered 408 and costs its connection."""
    monkeypatch.setattr(http_protocol, "HEAD_TIMEOUT_S", 0.05)
    for sent in (b"", b"GET / HT", LAST[:-2]):
        (answer,) = await exchange(server.port, sent)
        assert (answer.status, answer.problem) == (408, "request-timeout")
    # On a connection that was good until then, too.
    (first, second) = await exchange(server.port, POST, b"GET / HT")
    assert (first.status, second.status) == (202, 408)


async def test_head_that_is_too_large(server: RunningServer) -> None:
    """A head beyond the limit is answered 431 long before it ends."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    line = b"X: " + b"x" * 1_000 + b"\r\n"
    writer.write(b"GET / HTTP/1.1\r\n" + line * (http_protocol.HEAD_LIMIT // len(line) + 1))
    answer = await read_answer(reader)
    assert (answer.status, answer.problem) == (431, "head-too-large")
    writer.close()


async def test_body_that_does_not_end(start: Start) -> None:
    """A body that stays unfinished is answered 408 when the deadline is over, nothing counted."""
    async with start(request_deadline_s=0.05) as server:
        headers = {"Content-Type": "application/json", "Content-Length": "17"}
        sent = head("POST", "/api/v1/fibonacci/ranges", headers) + b'{"from":'
        (answer,) = await exchange(server.port, sent)
        assert (answer.status, answer.problem) == (408, "request-timeout")
        assert await server.rows() == []


async def test_body_in_pieces(server: RunningServer) -> None:
    """A body may come in chunks, and be announced with Expect: 100-continue."""
    body = b'8\r\n{"from":\r\n8\r\n1,"to":2\r\n1\r\n}\r\n0\r\n\r\n'
    headers = {"Content-Type": "application/json", "Transfer-Encoding": "chunked"}
    answer = await ask(server.port, head("POST", "/api/v1/fibonacci/ranges", headers) + body)
    assert answer.status == 202
    headers = {**headers, "Expect": "100-continue"}
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(head("POST", "/api/v1/fibonacci/ranges", headers))
    assert (await read_answer(reader)).status == 100
    writer.write(body)
    assert (await read_answer(reader)).status == 202
    writer.close()


async def test_client_that_goes_away(server: RunningServer) -> None:
    """Who hangs up amid a body or a wait leaves nothing behind, and others are served."""
    headers = {"Content-Type": "application/json", "Content-Length": "17"}
    for sent in (
        head("POST", "/api/v1/fibonacci/ranges", headers) + b'{"from":',
        request("GET", "/api/v1/fibonacci/40", {"Prefer": "wait=1"}),
    ):
        _, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(sent)
        await writer.drain()
        writer.close()
        await writer.wait_closed()
    assert (await ask(server.port, POST)).status == 202
    assert await server.count(40) == 1

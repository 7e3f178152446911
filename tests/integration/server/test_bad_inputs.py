"""Every bad input of tests/data/bad-inputs.jsonl: answered as the table says, and without effect.

All go over a raw socket, as no HTTP client would send most of them.
"""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from .conftest import RunningServer
from .raw_http import RawAnswer, ask, exchange, request

TABLE = Path(__file__).parents[2] / "data" / "bad-inputs.jsonl"
CASES: list[dict[str, Any]] = [json.loads(line) for line in TABLE.read_text().splitlines()]
STATUSES: dict[str, list[int]] = {case["id"]: case["status"] for case in CASES}

ADDRESS = "/api/v1/fibonacci"
UUID7 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


def cases(where: str) -> list[Any]:
    """Give the table's rows for one kind of place, named as in the table."""
    return [
        pytest.param(case["send"], case["status"], id=case["id"])
        for case in CASES
        if case["where"].startswith(where)
    ]


async def assert_no_effect(server: RunningServer) -> None:
    """Nothing was counted, nothing was queued."""
    assert await server.rows() == []
    assert await server.waiting_jobs() == 0


def spelt_out(send: str, max_index: int) -> str:
    """Write out what the table describes in braces."""
    described = {
        "{max_index+1}": str(max_index + 1),
        "{4301 digits}": "9" * 4_301,
        "{65536 characters}": "a" * 65_536,
    }
    return described.get(send, send)


@pytest.mark.parametrize(("send", "statuses"), cases("path"))
async def test_path(server: RunningServer, send: str, statuses: list[int]) -> None:
    """An index that is not spelt as an index is refused, by whatever method."""
    index = spelt_out(send, server.parts.settings.max_index)
    for method in ("POST", "GET"):
        answer = await ask(server.port, request(method, f"{ADDRESS}/{index}"))
        assert answer.status in statuses
        assert answer.problem
    await assert_no_effect(server)


def body_of(send: str, limit: int) -> bytes:
    """Write out a body that the table describes in braces."""
    described = {
        "{100000 x [}": b"[" * 100_000,
        "{invalid UTF-8 bytes}": b'{"from":0,"to":5,"\xff\xfe":1}',
        "{body over the limit}": b'{"from":0,"to":5}'.ljust(limit + 1),
    }
    return described.get(send, send.encode())


@pytest.mark.parametrize(("send", "statuses"), cases("json:"))
async def test_json(server: RunningServer, send: str, statuses: list[int]) -> None:
    """A body that is not exactly what is read is refused."""
    media_type, text = ("text/plain", "{}") if send == "text/plain" else ("application/json", send)
    body = body_of(text, server.parts.settings.body_limit_bytes)
    sent = request("POST", f"{ADDRESS}/ranges", {"Content-Type": media_type}, body)
    answer = await ask(server.port, sent)
    assert answer.status in statuses
    assert answer.problem
    await assert_no_effect(server)


async def test_deep_nesting_within_the_size_limit(server: RunningServer) -> None:
    """What is small enough to be read and too deep to be parsed is refused, too (json-11)."""
    body = b"[" * (server.parts.settings.body_limit_bytes - 1)
    sent = request("POST", f"{ADDRESS}/ranges", {"Content-Type": "application/json"}, body)
    answer = await ask(server.port, sent)
    assert (answer.status, answer.problem) == (400, "malformed-json")
    await assert_no_effect(server)


async def refused(server: RunningServer, case: str, sent: bytes) -> RawAnswer:
    """Send one request that is refused as the table says, without effect."""
    answer = await ask(server.port, sent)
    assert answer.status in STATUSES[case]
    assert answer.problem
    await assert_no_effect(server)
    return answer


async def test_wrong_method(server: RunningServer) -> None:
    """http-01: 405 names the methods that there are."""
    answer = await refused(server, "http-01", request("DELETE", f"{ADDRESS}/5"))
    assert answer.headers["allow"] == "get, head, post"


async def test_unknown_call(server: RunningServer) -> None:
    """http-02: an unknown address of the API is a problem, never the page."""
    sent = request("GET", "/api/v1/nowhere", {"Accept": "text/html"})
    await refused(server, "http-02", sent)


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "localhost.evil.example",
        "127.0.0.1.evil.example:8000",
        "evil.example:8000",
        "localhost@evil.example",
        "localhost, evil.example",
        "",
    ],
)
async def test_foreign_host(server: RunningServer, host: str) -> None:
    """http-03: on loopback a request under a foreign name (DNS rebinding) is refused, any call."""
    sent = request("POST", f"{ADDRESS}/5", {"Host": host})
    answer = await refused(server, "http-03", sent)
    assert answer.problem == "misdirected-host"


@pytest.mark.parametrize(
    "value",
    ["a\x1b[31mb", "a\r\n b", "x" * 10_240, "a b", "", "ä", "a\r\nX-Request-ID: b"],
    ids=["ESC", "CRLF", "10 KB", "space", "empty", "not ASCII", "twice"],
)
async def test_bad_request_id(server: RunningServer, value: str) -> None:
    """http-04: an unusable X-Request-ID is replaced by one of our own, whatever it holds."""
    answer = await ask(server.port, request("GET", f"{ADDRESS}/5", {"X-Request-ID": value}))
    assert answer.status in STATUSES["http-04"]
    assert UUID7.fullmatch(answer.headers["x-request-id"])
    await assert_no_effect(server)


@pytest.mark.parametrize(
    "key", ["", " ", "a b", "x" * 129, "ä", "a\x1bb", "a\r\nIdempotency-Key: b"]
)
async def test_malformed_key(server: RunningServer, key: str) -> None:
    """http-05: a key that is not 1 to 128 visible ASCII characters, or comes twice, is refused."""
    await refused(server, "http-05", request("POST", f"{ADDRESS}/5", {"Idempotency-Key": key}))


async def test_reused_key(server: RunningServer) -> None:
    """http-06: a key that stands for another index is refused; the first request stands."""
    key = {"Idempotency-Key": "once"}
    assert (await ask(server.port, request("POST", f"{ADDRESS}/5", key))).status == 202
    answer = await ask(server.port, request("POST", f"{ADDRESS}/6", key))
    assert answer.status in STATUSES["http-06"]
    assert answer.problem == "idempotency-key-reused"
    assert await server.rows() == [("key:once", 5)]
    assert await server.waiting_jobs() == 1


async def test_spoofed_address(server: RunningServer) -> None:
    """http-07: who writes X-Forwarded-For without being a trusted proxy is limited all the same."""
    await server.spend_limit()
    sent = request("POST", f"{ADDRESS}/5", {"X-Forwarded-For": "198.51.100.1"})
    await refused(server, "http-07", sent)


async def test_length_and_chunks_together(server: RunningServer) -> None:
    """http-08: a body with two lengths (request smuggling) is refused, and ends its connection."""
    both = {"Content-Type": "application/json", "Transfer-Encoding": "chunked"}
    body = b'11\r\n{"from":0,"to":5}\r\n0\r\n\r\n'
    smuggled = request("POST", f"{ADDRESS}/7")
    (answer,) = await exchange(
        server.port, request("POST", f"{ADDRESS}/ranges", both, body), smuggled
    )
    assert answer.status in STATUSES["http-08"]
    assert answer.problem == "malformed-request"
    assert answer.headers["connection"] == "close"
    await assert_no_effect(server)


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
async def test_other_sites_page(server: RunningServer, site: str) -> None:
    """http-09: a page of another site cannot ask for anything, CORS preflight or not."""
    headers = {"Origin": "https://evil.example", "Sec-Fetch-Site": site}
    await refused(server, "http-09", request("POST", f"{ADDRESS}/5", headers))


def test_every_case_is_tested() -> None:
    """The table has no row that no test stands for."""
    tested = {f"http-0{number}" for number in range(1, 10)}
    assert {case["id"] for case in CASES if case["where"] == "http"} == tested
    assert {case["where"].partition(":")[0] for case in CASES} == {"path", "json", "http"}

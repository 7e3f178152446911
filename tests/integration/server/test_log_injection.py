"""Log injection: whatever clients send, each line of a server's log is one record of its own.

Through a real process, as its lines go out, and from every place that a client can write to.
"""

import asyncio
import json
import signal
import unicodedata
from collections.abc import Callable
from urllib.parse import quote

from fiblab.config import ServerSettings

from .conftest import PATIENCE_S
from .raw_http import request
from .test_process import ServerProcess, server_process

#: A record as the server itself might write it.
FORGED = '{"ts":"2026-01-01T00:00:00.000Z","level":"critical","service":"server","event":"forged"}'

HOSTILE = {
    "a line": f"a\n{FORGED}\n",
    "a line ended by CR LF": f"a\r\n{FORGED}\r\n",
    "a line ended by CR": f"a\r{FORGED}\r",
    "the end of a field": f'a","event":"forged","level":"critical","x":{FORGED}',
    "the end of a record": f'a"}}\n{FORGED}',
    "JSON in JSON": json.dumps({"event": json.dumps({"event": "forged"})}),
    "escapes": "a\x1b[2J\x1b]0;forged\x07\x9b31m",
    "escaped escapes": "a\\u001b[2J\\nforged\\",
    "controls": "a\x00\x07\x08\x0b\x0c\x7f\x80\x85b",
    "separators": f"a\u2028{FORGED}\u2029b\x85c",
    "bidi": "a\u202e\u2066b\u200b\ufeffc",
    "lone surrogates": "a\ud800\udfffb",
    "format": "%s %n {0} {event} ${jndi:ldap://forged.example}",
    "64 KiB": "forged " * 9_362,
}

#: All fields that a record of the server has; none can be added by a client.
FIELDS = {
    "answered": {
        *("ts", "level", "service", "event", "request_id", "trace_id", "method", "path", "route"),
        *("status", "problem", "ms", "client"),
    },
    "connection refused": {"ts", "level", "service", "event", "request_id", "problem"},
    "listening": {"ts", "level", "service", "event", "host", "port"},
    "draining": {"ts", "level", "service", "event"},
    "stopped": {"ts", "level", "service", "event"},
}
#: Characters of a line; the path is cut, and an escape takes six characters for one.
LINE_LIMIT = 2_500

ADDRESS = "/api/v1/fibonacci"


def in_header(name: str) -> Callable[[bytes], bytes]:
    """Put the value into a header, byte for byte."""

    def write(value: bytes) -> bytes:
        return request("POST", f"{ADDRESS}/5", {name: "VALUE"}).replace(b"VALUE", value)

    return write


def in_body(value: bytes) -> bytes:
    """Put the value into a body, as a field's name and value."""
    text = json.dumps(value.decode("utf-8", "surrogateescape")).encode()
    body = b'{"from":' + text + b"," + text + b":1}"
    return request("POST", f"{ADDRESS}/ranges", {"Content-Type": "application/json"}, body)


PLACES: dict[str, Callable[[bytes], bytes]] = {
    "path": lambda value: request("GET", f"{ADDRESS}/{quote(value[:2_000], safe='')}"),
    "raw path": lambda value: request("GET", f"{ADDRESS}/VALUE").replace(b"VALUE", value),
    "page": lambda value: request("GET", f"/{quote(value[:2_000], safe='')}"),
    "query": lambda value: request("GET", f"{ADDRESS}?{quote(value[:2_000])}={quote(value[:99])}"),
    "method": lambda value: request("METHOD", "/").replace(b"METHOD", value),
    "raw body": lambda value: request(
        "POST", f"{ADDRESS}/ranges", {"Content-Type": "application/json"}, value
    ),
    "body": in_body,
    **{
        name: in_header(name)
        for name in (
            *("X-Request-ID", "traceparent", "tracestate", "Idempotency-Key", "User-Agent"),
            *("Origin", "Host", "Referer", "X-Forwarded-For", "Prefer", "Accept-Encoding"),
            *("Content-Type", "Authorization", "Cookie", "If-None-Match", "Range", "VALUE"),
        )
    },
}


async def send(port: int, sent: bytes) -> None:
    """Send, say that it is all, and let the server do as it likes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(sent)
        writer.write_eof()
        async with asyncio.timeout(PATIENCE_S):
            await reader.read()
    except OSError:
        pass  # it was refused before it had come wholly
    finally:
        writer.close()


def assert_own_record(line: bytes) -> None:
    """Hold a line against what the server writes."""
    text = line.decode("utf-8")
    record = json.loads(text)
    assert record.keys() == FIELDS[record["event"]]
    assert (record["level"], record["service"]) == ("info", "server")
    assert text.isprintable()
    assert {"Cc", "Cf", "Cs", "Zl", "Zp"}.isdisjoint(map(unicodedata.category, text))
    assert len(text) < LINE_LIMIT
    assert not [name for name, value in record.items() if "forged" in str(value) and name != "path"]


async def ended(server: ServerProcess) -> list[bytes]:
    """End the server and give all lines of its log."""
    server.process.send_signal(signal.SIGTERM)
    assert await server.ended() == 0
    assert server.errors == b""
    return server.lines


async def test_no_value_forges_a_record(settings: ServerSettings) -> None:
    """Sent from every place that a client can write to, none adds a line, a field or a control."""
    async with server_process(settings) as server:
        for text in HOSTILE.values():
            for write in PLACES.values():
                await send(server.port, write(text.encode("utf-8", "surrogatepass")))
        for line in await ended(server):
            assert_own_record(line)


async def test_each_request_is_one_record(settings: ServerSettings) -> None:
    """As many answers are logged as were given, whatever was asked."""
    asked = [PLACES["path"](text.encode("utf-8", "surrogatepass")) for text in HOSTILE.values()]
    async with server_process(settings) as server:
        for sent in asked:
            await send(server.port, sent)
        records = [json.loads(line) for line in await ended(server)]
    events = [record["event"] for record in records]
    assert events == ["listening", *["answered"] * len(asked), "draining", "stopped"]

"""HTTP by hand, for what a well-behaved client would not send."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class RawAnswer:
    """An answer as it came; of a repeated header the last."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def problem(self) -> str:
        """The problem's name; fails where the answer is none."""
        assert self.headers["content-type"] == "application/problem+json", self
        document: dict[str, Any] = json.loads(self.body)
        assert document["status"] == self.status
        assert document["request_id"] == self.headers["x-request-id"]
        return str(document["type"]).removeprefix("/problems/")


def head(method: str, target: str, headers: Mapping[str, str] | None = None) -> bytes:
    """Write a request up to its body; a Host is added where none is given."""
    lines = [f"{method} {target} HTTP/1.1"]
    lines += [
        f"{name}: {value}" for name, value in {"Host": "localhost", **(headers or {})}.items()
    ]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def request(
    method: str, target: str, headers: Mapping[str, str] | None = None, body: bytes = b""
) -> bytes:
    """Write a whole request, with the length of its body."""
    length = {"Content-Length": str(len(body))} if body else {}
    return head(method, target, {**length, **(headers or {})}) + body


async def read_answer(reader: asyncio.StreamReader, *, to_head: bool = False) -> RawAnswer:
    """Read one answer; IncompleteReadError where the connection ends before it does."""
    lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in lines[1:] if line)
    if to_head or "content-length" not in headers:
        body = b""
    else:
        body = await reader.readexactly(int(headers["content-length"]))
    return RawAnswer(int(lines[0].split()[1]), headers, body)


async def exchange(port: int, *requests: bytes, half_close: bool = False) -> list[RawAnswer]:
    """Send some requests at once on one connection and read all that comes until it closes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(b"".join(requests))
        if half_close:
            writer.write_eof()
        received = asyncio.StreamReader()
        received.feed_data(await reader.read())
        received.feed_eof()
        answers = []
        while not received.at_eof():
            answers.append(await read_answer(received))
        return answers
    finally:
        writer.close()


async def ask(port: int, sent: bytes) -> RawAnswer:
    """Send one request and read its answer; the server may keep the connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(sent)
        return await read_answer(reader, to_head=sent.startswith(b"HEAD "))
    finally:
        writer.close()

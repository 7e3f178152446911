"""One exchange: a call sent and its answer read, written down as the client saw them."""

import asyncio
import hashlib
import itertools
import time
from collections.abc import Callable, Iterator
from http import HTTPStatus
from typing import Any, Self

import aiohttp
import msgspec
from yarl import URL

from fiblab.lab.chaos.load.calls import Call
from fiblab.lab.checker.history import Exchange, Item

#: Seconds that a patient client waits for a whole answer: above any deadline of the server.
PATIENCE_S = 15.0
#: Connections that the clients of one run hold at most.
CONNECTION_LIMIT = 512

#: What a client sees in place of an answer.
NO_ANSWER = (aiohttp.ClientError, TimeoutError, OSError)


class Caller:
    """Sends calls, each to the next of `servers`, an endless iterator of addresses.

    `record` gets each exchange once it is over.
    `began` is the monotonic time from which the history counts its seconds.
    """

    def __init__(
        self,
        servers: Iterator[str],
        record: Callable[[Exchange], None],
        *,
        run: str,
        began: float,
    ) -> None:
        self._servers = servers
        self._record = record
        self._run = run
        self._began = began
        self._numbers = itertools.count(1)
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        """Open the connections' pool; needs a running loop."""
        connector = aiohttp.TCPConnector(limit=CONNECTION_LIMIT)
        timeout = aiohttp.ClientTimeout(total=PATIENCE_S)
        self._session = aiohttp.ClientSession(
            connector=connector, timeout=timeout, auto_decompress=True
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close all connections."""
        assert self._session is not None  # noqa: S101 - entered before
        await self._session.close()

    async def send(self, call: Call, client: str) -> Exchange:
        """Send one call as a client of that name, on an address of its own, and tell what came."""
        number = next(self._numbers)
        sent = Exchange(
            number=number,
            client=client,
            call=call.kind,
            first=call.first,
            last=call.last,
            request_id=f"{self._run}-{number}",
            sent_at=self._now(),
            ended_at=0.0,
            key=call.key,
        )
        seen = msgspec.structs.replace(sent, failure="the client was cancelled")
        try:
            async with asyncio.timeout(call.gives_up_after_s):
                seen = await self._exchange(call, sent)
        except NO_ANSWER as error:
            gave_up = call.gives_up_after_s is not None and isinstance(error, TimeoutError)
            failure = "gave up" if gave_up else f"{type(error).__name__}: {error}"[:120]
            seen = msgspec.structs.replace(sent, failure=failure)
        finally:
            seen = msgspec.structs.replace(seen, ended_at=self._now())
            self._record(seen)
        return seen

    async def _exchange(self, call: Call, sent: Exchange) -> Exchange:
        assert self._session is not None  # noqa: S101 - entered before
        headers = {"X-Request-ID": sent.request_id, "X-Forwarded-For": address_of(sent.client)}
        if call.key:
            headers["Idempotency-Key"] = call.key
        url = URL(next(self._servers) + call.path, encoded=True)
        async with self._session.request(
            call.method, url, headers=headers | dict(call.headers), data=call.body
        ) as answer:
            body = await answer.read()
            return msgspec.structs.replace(
                sent,
                status=answer.status,
                answered_id=answer.headers.get("X-Request-ID", ""),
                **_read(call, answer, body),
            )

    def _now(self) -> float:
        return round(time.monotonic() - self._began, 4)


def address_of(client: str) -> str:
    """Give each client an address of its own, as a trusted proxy would tell it."""
    digest = hashlib.blake2b(client.encode(), digest_size=3).digest()
    return f"10.{digest[0]}.{digest[1]}.{digest[2]}"


def _read(call: Call, answer: aiohttp.ClientResponse, body: bytes) -> dict[str, Any]:
    """Read what the answer says, of what interests the checker."""
    if answer.content_type == "application/problem+json":
        document = msgspec.json.decode(body)
        return {"problem": document["type"].rsplit("/", 1)[1]}
    if call.kind == "digits" and answer.status == HTTPStatus.OK:
        digest = hashlib.sha256(body).hexdigest()
        return {"items": (Item(index=call.first, status="done", digest=digest),)}
    if call.kind == "bad" or not answer.ok:
        return {}  # the status says it all
    document = msgspec.json.decode(body)
    items = document["items"] if call.kind.endswith("_range") else [document]
    return {"items": tuple(map(_item, items))}


def _item(document: dict[str, Any]) -> Item:
    value = document.get("value")
    return Item(
        index=document["index"],
        status=document["status"],
        digest=hashlib.sha256(value.encode()).hexdigest() if value is not None else "",
        digit_count=document.get("digit_count", 0) if value is None else 0,
        leading=document.get("leading", ""),
        trailing=document.get("trailing", ""),
        reason=document.get("reason", {}).get("category", ""),
    )

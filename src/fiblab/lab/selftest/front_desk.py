"""A client, and the server's inner parts without HTTP between them: what was asked and answered."""

import asyncio
import hashlib
import itertools
import time
from collections.abc import Awaitable, Sequence

import msgspec

from fiblab.lab.checker.history import Exchange, HistoryWriter, Item
from fiblab.server.intake import Asking
from fiblab.server.refusals import refusal_of
from fiblab.server.services import Services
from fiblab.server.wire import (
    FibonacciCalculating,
    FibonacciDone,
    FibonacciDoneLarge,
    FibonacciFailed,
    RangeItem,
)


class FrontDesk:
    """Answers as the routes do, and writes each exchange into the history."""

    def __init__(self, services: Services, history: HistoryWriter) -> None:
        self._services = services
        self._history = history
        self._numbers = itertools.count(1)
        self._began = time.monotonic()

    async def request(self, index: int, key: str = "", *, reply_lost: bool = False) -> Exchange:
        """Ask for a number; the client may miss the answer."""
        return await self._request("request", range(index, index + 1), key, reply_lost=reply_lost)

    async def request_range(self, first: int, last: int, key: str = "") -> Exchange:
        """Ask for all numbers of a range."""
        indices = range(first, last + 1)
        return await self._request("request_range", indices, key, reply_lost=False)

    async def _request(self, call: str, indices: range, key: str, *, reply_lost: bool) -> Exchange:
        sent = self._sent(call, indices[0], indices[-1], key)
        asking = Asking(
            indices=indices,
            client="client-1",
            ledger_id=f"key:{key}" if key else f"request:{sent.request_id}",
            has_key=bool(key),
            request_id=sent.request_id,
            traceparent="",
        )

        async def taken_in() -> Sequence[RangeItem]:
            return (await self._services.intake.take_in(asking)).items

        return await self._answered(sent, taken_in(), reply_lost=reply_lost)

    async def look_up(self, index: int) -> Exchange:
        """Ask how a number stands."""

        async def looked_up() -> Sequence[RangeItem]:
            return [await self._services.look_up.one(index)]

        return await self._answered(self._sent("look_up", index, index), looked_up())

    def _sent(self, call: str, first: int, last: int, key: str = "") -> Exchange:
        number = next(self._numbers)
        return Exchange(
            number=number,
            client="client-1",
            call=call,
            first=first,
            last=last,
            request_id=f"drill-{number}",
            sent_at=time.monotonic() - self._began,
            ended_at=0.0,
            key=key,
        )

    async def _answered(
        self, sent: Exchange, items: Awaitable[Sequence[RangeItem]], *, reply_lost: bool = False
    ) -> Exchange:
        try:
            found = await items
        except asyncio.CancelledError:
            self._write(sent, failure="gave up")
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is becomes an answer, as in the server
            problem = refusal_of(error).problem
            return self._write(
                sent,
                status=problem.status.value,
                problem=problem.slug,
                answered_id=sent.request_id,
            )
        if reply_lost:
            return self._write(sent, failure="the reply was lost")
        status = 202 if any(isinstance(item, FibonacciCalculating) for item in found) else 200
        return self._write(
            sent, status=status, answered_id=sent.request_id, items=tuple(map(_item, found))
        )

    def _write(self, sent: Exchange, **seen: object) -> Exchange:
        ended = time.monotonic() - self._began
        exchange = msgspec.structs.replace(sent, ended_at=ended, **seen)
        self._history.write(exchange)
        return exchange


def _item(item: RangeItem) -> Item:
    """Read an item as a client would."""
    match item:
        case FibonacciDone(index, value):
            digest = hashlib.sha256(value.encode()).hexdigest()
            return Item(index, "done", digest=digest)
        case FibonacciDoneLarge():
            ends = (item.digit_count, item.leading, item.trailing)
            return Item(item.index, "done", "", *ends)
        case FibonacciFailed():
            return Item(item.index, "failed", reason=item.reason.category)
        case FibonacciCalculating():
            return Item(item.index, "calculating")
        case _:
            return Item(item.index, "absent")

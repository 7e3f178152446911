"""What a way does with either of its ends: write with the link's latency, and read or wait."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from fiblab.lab.faults.link import Link


class LateWriter:
    """Writes to one end after the link's latency, in order."""

    def __init__(self, link: Link, transport: Callable[[], asyncio.Transport | None]) -> None:
        self._link = link
        self._transport = transport
        self._waiting: deque[bytes] = deque()

    def write(self, data: bytes) -> None:
        """Write at once, or when the latency is over; nothing where the end has gone."""
        if not data:
            return
        if self._link.latency_s or self._waiting:
            self._waiting.append(data)
            asyncio.get_running_loop().call_later(self._link.latency_s, self._write_next)
        else:
            self._write(data)

    def _write_next(self) -> None:
        self._write(self._waiting.popleft())

    def _write(self, data: bytes) -> None:
        transport = self._transport()
        if transport is not None and not transport.is_closing():
            transport.write(data)


def read(transport: asyncio.Transport | None, *, while_: bool) -> None:
    """Read from an end, or let it wait."""
    if transport is None or transport.is_closing():
        return
    if while_:
        transport.resume_reading()
    else:
        transport.pause_reading()

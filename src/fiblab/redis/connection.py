"""The connection that a service holds for its whole life: opened, lost, and opened again.

    connect() ──► connected ──(Redis or the network ends it, or a reply is late)──► disconnected
                      ▲                                                                  │
                      └──── in the background: wait with full jitter, open, log in ◄─────┘

While disconnected every command fails at once: waiting belongs to those who know their deadline
(`wait_connected`). No command is ever sent twice: only its caller knows whether that is harmless.
"""

import asyncio
import logging
import random
import re
import ssl

from fiblab.redis.address import Address
from fiblab.redis.errors import Refused, ReplyLost, Unavailable
from fiblab.redis.handshake import shake_hands
from fiblab.redis.wire import WAITING_BYTES_LIMIT, Reply, Wire

#: Seconds; the first attempt to reconnect comes after half of this on average.
BACKOFF_BASE_S = 0.1

#: Seconds; longest wait between two attempts. Hundreds of clients, each about once in a second,
#: are nothing to a Redis that has just come back.
BACKOFF_CAP_S = 2.0

#: What CLIENT SETNAME takes: visible ASCII.
_NAME = re.compile(r"[!-~]+")

_log = logging.getLogger(__name__)


class Connection:
    """One multiplexed, auto-pipelining connection to Redis, for one event loop.

    Any number of coroutines may call `execute` at once; each gets its own reply. A command that
    blocks (BLPOP) holds up all that follow it: give it a connection of its own, with a
    `reply_timeout` above its own time-out. Not for SUBSCRIBE, MONITOR or RESP3.

    `name` shows in CLIENT LIST. `connect_timeout` (seconds) bounds one attempt, login included;
    `reply_timeout` (seconds) the time to the end of a reply; `waiting_bytes_limit` the bytes held
    for a server that does not read, past which commands are refused.
    """

    def __init__(
        self,
        address: Address,
        *,
        name: str,
        connect_timeout: float = 2.0,
        reply_timeout: float = 2.0,
        waiting_bytes_limit: int = WAITING_BYTES_LIMIT,
    ) -> None:
        if not _NAME.fullmatch(name):
            raise ValueError(f"connection name {name!r}: visible ASCII without spaces is needed")
        self.address = address
        self._name = name
        self._connect_timeout = connect_timeout
        self._reply_timeout = reply_timeout
        self._waiting_bytes_limit = waiting_bytes_limit
        self._wire: Wire | None = None
        self._reconnecting: asyncio.Task[None] | None = None
        self._attempt = 0
        self._connected = asyncio.Event()
        self._why_not = "connect() has not been called"

    async def connect(self) -> None:
        """Open the connection; from then on it is kept open until `close`.

        Raises `Unavailable` (not reached in time, not ready) or `Refused` (a setting is wrong);
        nothing goes on in the background then.
        """
        if self._wire is None and self._reconnecting is None:
            self._adopt(await self._open())

    async def close(self) -> None:
        """End the connection for good; commands in flight fail with `ReplyLost`."""
        if self._reconnecting is not None:
            self._reconnecting.cancel()
            await asyncio.wait([self._reconnecting])
            self._reconnecting = None
        wire, self._wire = self._wire, None
        self._connected.clear()
        self._why_not = "it was closed"
        if wire is not None:
            wire.drop(self._why_not)

    @property
    def connected(self) -> bool:
        """Whether a command given now would be sent."""
        return self._wire is not None

    async def wait_connected(self, timeout: float) -> None:  # noqa: ASYNC109 - a plain bound reads best
        """Return as soon as commands can be sent; raises `Unavailable` after `timeout` seconds."""
        try:
            async with asyncio.timeout(timeout):
                await self._connected.wait()
        except TimeoutError:
            raise self._unavailable() from None

    def execute(self, *command: bytes | str | int) -> asyncio.Future[Reply]:
        """Send a command with all others of this tick of the loop; await the future for its reply.

        Never raises by itself but TypeError, for an argument that is no bytes, str or int: the
        future carries `Unavailable`, `ReplyLost`, `ReplyTimeout` or `CommandError`. Cancelling it
        gives up the reply, not the command, which may run.
        """
        wire = self._wire
        if wire is not None:
            return wire.send(command)
        failed: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        failed.set_exception(self._unavailable())
        return failed

    def _unavailable(self) -> Unavailable:
        return Unavailable(f"not sent: no connection to Redis at {self.address}: {self._why_not}")

    # --- life cycle ------------------------------------------------------------------------------

    async def _open(self) -> Wire:
        """Make one attempt, from the socket to the end of the login."""
        try:
            async with asyncio.timeout(self._connect_timeout):
                wire = await self._dial()
                try:
                    await shake_hands(wire, self.address, self._name)
                except BaseException:
                    wire.drop("the login failed")
                    raise
        except TimeoutError:
            waited = f"no answer within {self._connect_timeout} s"
            raise Unavailable(f"cannot reach Redis at {self.address}: {waited}") from None
        except ssl.SSLCertVerificationError as error:
            raise Refused(
                f"the certificate of Redis at {self.address} is not trusted "
                f"({error.verify_message}): let ssl_ca_certs in the Redis URL name its authority"
            ) from error
        except (OSError, ReplyLost) as error:
            raise Unavailable(f"cannot reach Redis at {self.address}: {error}") from error
        return wire

    async def _dial(self) -> Wire:
        address, loop = self.address, asyncio.get_running_loop()
        if address.unix_path is not None:
            _, wire = await loop.create_unix_connection(self._new_wire, address.unix_path)
        else:
            context = address.tls.context() if address.tls else None
            _, wire = await loop.create_connection(
                self._new_wire, address.host, address.port, ssl=context
            )
        return wire

    def _new_wire(self) -> Wire:
        return Wire(
            reply_timeout=self._reply_timeout,
            waiting_bytes_limit=self._waiting_bytes_limit,
            on_lost=self._lose,
        )

    def _adopt(self, wire: Wire) -> None:
        self._wire = wire
        self._connected.set()

    def _lose(self, wire: Wire, reason: str) -> None:
        """Begin to reconnect, if it is the connection in use that was lost."""
        if wire is not self._wire:
            return
        _log.warning("Redis connection %s to %s lost: %s", self._name, self.address, reason)
        self._wire = None
        self._connected.clear()
        self._why_not = reason
        if asyncio.get_running_loop().time() - wire.opened_at > BACKOFF_CAP_S:
            self._attempt = 0  # it held: whatever ended it is not what ended the one before
        self._reconnecting = asyncio.create_task(self._reconnect())

    async def _reconnect(self) -> None:
        """Try until it succeeds or `close` cancels; a refusal, too, may be mended meanwhile."""
        while self._wire is None:
            await asyncio.sleep(full_jitter(self._attempt))
            self._attempt += 1
            try:
                self._adopt(await self._open())
            except Unavailable as error:
                self._why_not = str(error)
        self._reconnecting = None
        _log.info("Redis connection %s to %s is back", self._name, self.address)


def full_jitter(attempt: int) -> float:
    """Seconds to wait before the attempt (0, 1, ...): uniform in [0, min(cap, base * 2^attempt)].

    "Full jitter" as in Marc Brooker, "Exponential Backoff And Jitter" (AWS, 2015): it spreads a
    crowd of clients that lost the same server at the same moment.
    """
    ceiling = min(BACKOFF_CAP_S, BACKOFF_BASE_S * 2 ** min(attempt, 16))
    return random.uniform(0, ceiling)  # noqa: S311 - spreads load, guards no secret

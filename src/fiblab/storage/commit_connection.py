"""The one PostgreSQL connection that commits, and comes back by itself."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import TypeVar

import asyncpg

from fiblab.storage.errors import (
    POSTGRES_ERRORS,
    LedgerError,
    LedgerIndefinite,
    LedgerUnavailable,
)

Result = TypeVar("Result")

#: The server gets this share of the time limit for one statement. It is shorter than the caller's
#: wait, so that a slow statement ends by the server's own word, which is definite.
STATEMENT_SHARE = 0.75

#: Seconds for connecting, within which a healthy server answers over any network.
CONNECT_TIMEOUT_S = 5.0

#: Seconds before a reconnection: a random time (full jitter) up to a limit that doubles from the
#: first to the last of these, so that many servers do not return to PostgreSQL in one wave.
RECONNECT_FIRST_S, RECONNECT_LAST_S = 0.1, 2.0

#: Seconds by which the end of a time limit may come late before we suspect that this process stood
#: still (SIGSTOP, an event loop with too much to do), and not the server.
LATE_S = 0.05

#: Seconds that an operation gets then: a few round trips and one flush to the disk.
GRACE_S = 0.25


class CommitConnection:
    """Runs one operation at a time, each within `timeout_s`, and says how to read each failure.

    While there is no connection every operation fails at once, and a task in the background
    reconnects with full jitter. A connection whose state is unknown is never used again.
    """

    def __init__(
        self, connect: Callable[[], Awaitable[asyncpg.Connection]], *, timeout_s: float
    ) -> None:
        self._connect = connect
        self._timeout_s = timeout_s
        self._one_at_a_time = asyncio.Lock()
        self._connection: asyncpg.Connection | None = None
        self._reconnecting: asyncio.Task[None] | None = None
        self._closed = False

    @property
    def connected(self) -> bool:
        """Whether an operation would be sent now."""
        return self._connection is not None

    async def open(self) -> None:
        """Connect; raise LedgerUnavailable where that fails, and go on trying in the background."""
        try:
            await self._establish()
        except POSTGRES_ERRORS as error:
            self._reconnect_later()
            raise LedgerUnavailable(f"PostgreSQL cannot be reached: {error}") from error

    async def close(self) -> None:
        """Close the connection and stop reconnecting; operations fail from now on."""
        self._closed = True
        if self._reconnecting is not None:
            self._reconnecting.cancel()
        if self._connection is not None:
            connection, self._connection = self._connection, None
            connection.terminate()  # a farewell would wait for a peer that may be dead

    async def run(self, operation: Callable[[asyncpg.Connection], Awaitable[Result]]) -> Result:
        """Run the operation alone on the connection.

        Raises LedgerUnavailable (definite) where nothing was sent or the server itself refused, and
        LedgerIndefinite where the connection broke or the time was up before the outcome was known.
        """
        async with self._one_at_a_time:
            connection = self._connection
            if connection is None:
                raise LedgerUnavailable("PostgreSQL is not connected; nothing was sent.")
            try:
                # Breaking the connection ends the operation at once, even where the server is
                # frozen; cancelling it would first wait for the server's consent.
                with TimeLimit(self._timeout_s, lambda: self._abandon(connection)):
                    return await operation(connection)
            except POSTGRES_ERRORS as error:
                raise self._judge(error, connection) from error
            except AttributeError as error:
                # asyncpg's own, for a connection that was abandoned between a statement's messages.
                if self._connection is connection:
                    raise
                raise LedgerIndefinite("PostgreSQL was given up amid a statement.") from error

    def _judge(self, error: Exception, connection: asyncpg.Connection) -> LedgerError:
        """Tell a definite failure from an indefinite one, and keep only a sound connection."""
        if isinstance(error, asyncpg.PostgresError) and error.severity_en == "ERROR":
            if isinstance(error, asyncpg.ReadOnlySQLTransactionError):
                self._abandon(connection)  # a demoted primary: reconnecting finds the new one
            return LedgerUnavailable(f"PostgreSQL refused, nothing was recorded: {error}")
        self._abandon(connection)
        return LedgerIndefinite(f"PostgreSQL may or may not have recorded it: {error}")

    async def _establish(self) -> None:
        async with asyncio.timeout(CONNECT_TIMEOUT_S):
            connection = await self._connect()
            statement_ms = int(self._timeout_s * STATEMENT_SHARE * 1000)
            transaction_ms = int(self._timeout_s * 1000)
            await connection.execute(
                f"set statement_timeout = {statement_ms};"
                f"set idle_in_transaction_session_timeout = {transaction_ms}"
            )
        connection.add_termination_listener(lambda _: self._abandon(connection))
        self._connection = connection

    def _abandon(self, connection: asyncpg.Connection) -> None:
        """Never use the connection again; called on failures and when the peer goes away."""
        if self._connection is not connection:
            return
        self._connection = None
        connection.terminate()
        self._reconnect_later()

    def _reconnect_later(self) -> None:
        if not self._closed:
            self._reconnecting = asyncio.create_task(self._reconnect())

    async def _reconnect(self) -> None:
        limit_s = RECONNECT_FIRST_S
        while self._connection is None:
            await asyncio.sleep(random.uniform(0, limit_s))  # noqa: S311 - spreads load, guards nothing
            limit_s = min(2 * limit_s, RECONNECT_LAST_S)
            try:
                await self._establish()
            except POSTGRES_ERRORS:
                continue  # the operations report it meanwhile


class TimeLimit:
    """Calls `on_over` if the block has not ended after so many seconds in which the loop ran.

    When this process stood still meanwhile the answer may wait in the socket: the loop gets the
    time to read it before the server is judged.
    """

    def __init__(self, seconds: float, on_over: Callable[[], None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._seconds = seconds
        self._on_over = on_over

    def __enter__(self) -> None:
        self._start(self._seconds)

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()

    def _start(self, seconds: float) -> None:
        due = self._loop.time() + seconds
        self._timer = self._loop.call_at(due, self._end, due)

    def _end(self, due: float) -> None:
        if self._loop.time() - due > LATE_S:
            self._start(GRACE_S)
        else:
            self._on_over()

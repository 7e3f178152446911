"""What a play does on the ways between clients, processes and stores."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from fiblab.lab.faults.framing import Moment
from fiblab.lab.faults.http_link import HttpLink
from fiblab.lab.stage.log import TooLate
from fiblab.lab.stage.stage import WAIT_LIMIT_S, Stage, StoreName

#: Seconds between two looks at what has come by.
LOOK_S = 0.005


def strike_at(  # noqa: PLR0913 - where and when it strikes, by keyword
    stage: Stage,
    name: str,
    operation: str,
    moment: Moment,
    do: Callable[[str], None],
    *,
    store: StoreName = "redis",
) -> None:
    """Do something to a process, once, when its next such operation comes by on its way to a store.

    Operations are called as `faults.crash_points` calls them. BEFORE: the store never hears of it.
    AFTER: the store has done it, and the process never hears of that. The connection breaks.
    """
    service = stage.system.services[name]
    link = service.redis_link if store == "redis" else service.postgres_link
    link.arm(operation, moment, lambda: do(name))


def passed(stage: Stage, name: str, operation: str) -> int:
    """Count how often a process has sent an operation to Redis so far."""
    return stage.system.services[name].redis_link.operations[operation]


async def until_passed(stage: Stage, name: str, operation: str, count: int) -> None:
    """Wait until a process has sent an operation to Redis so often; raises TooLate."""
    try:
        async with asyncio.timeout(WAIT_LIMIT_S):
            while passed(stage, name, operation) < count:  # noqa: ASYNC110 - counts set no event
                await asyncio.sleep(LOOK_S)
    except TimeoutError:
        raise TooLate(f"{name} did not send {operation} {count} times") from None


@asynccontextmanager
async def behind_proxy(stage: Stage, server: str = "server") -> AsyncIterator[HttpLink]:
    """Let clients reach a server through a proxy only, for the block."""
    address = stage.system.addresses[server]
    proxy = HttpLink(f"clients to {server}", address)
    await proxy.open()
    stage.system.addresses[server] = f"http://127.0.0.1:{proxy.port}"
    try:
        yield proxy
    finally:
        stage.system.addresses[server] = address
        await proxy.close()

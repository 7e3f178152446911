"""Waiting for work without polling for it."""

from collections.abc import Sequence

from fiblab.queue.keys import Keys
from fiblab.redis import Connection

#: Seconds between looks at the queue when no token arrives: a token can die with the
#: worker that took it, and delayed or expired jobs announce themselves to nobody.
POLL_SECONDS = 1.0


async def wait_for_work(
    blocking: Connection, keys: Keys, lanes: Sequence[str], timeout_s: float = POLL_SECONDS
) -> bool:
    """Wait until a token arrives for one of the lanes; False after `timeout_s` seconds.

    Needs a connection of its own, whose reply timeout is longer than `timeout_s`: it is
    blocked meanwhile. Only tokens are popped by blocking; a job popped so would be lost
    with its reader. The caller claims in both cases.
    """
    wakes = [keys.wake(lane) for lane in lanes]
    return await blocking.execute("BLPOP", *wakes, repr(timeout_s)) is not None

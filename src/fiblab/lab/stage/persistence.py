"""Clients as they should be: who is refused asks again, with the same key, until accepted."""

import asyncio

from fiblab.lab.checker.history import Exchange
from fiblab.lab.checker.rules.outcomes import Outcome, outcome_of
from fiblab.lab.stage.log import TooLate
from fiblab.lab.stage.stage import WAIT_LIMIT_S, Stage

#: Seconds before a client asks again: less than Retry-After says, as nobody else is hurried here.
AGAIN_S = 0.25


async def persist(stage: Stage, index: int, *, key: str, client: str) -> Exchange:
    """Ask for a number until the request is accepted; raises TooLate where it never is."""
    try:
        async with asyncio.timeout(WAIT_LIMIT_S):
            while True:
                exchange = await stage.request(index, key=key, client=client)
                if outcome_of(exchange) is Outcome.ACCEPTED:
                    return exchange
                await asyncio.sleep(AGAIN_S)
    except TimeoutError:
        raise TooLate(f"within {WAIT_LIMIT_S:g} s {client}'s request was not accepted") from None

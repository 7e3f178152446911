"""The log of an arm: its clock, and waiting for what it will hold."""

import asyncio

import pytest

from fiblab.lab.stage.lines import Happening
from fiblab.lab.stage.log import Log, TooLate


def test_the_clock_starts_with_the_first_call_of_a_client() -> None:
    """What comes before has the time 0; what comes later is never negative."""
    log = Log("with", lambda _: None)
    log.add("process", "started", who="worker-1", at_ms=1_000)
    log.add("client", "requested", job="40", at_ms=5_000)
    log.add("queue", "enqueued", job="40", at_ms=4_999)
    log.add("queue", "claimed", job="40", at_ms=5_250)

    assert [happening.at_ms for happening in log.happenings] == [0, 0, 0, 250]


async def test_waiting_finds_what_has_happened_and_what_will() -> None:
    """A past happening is found at once, a later one as it comes."""
    log = Log("with", lambda _: None)
    log.add("queue", "claimed", job="40")

    def is_completed(happening: Happening) -> bool:
        return happening.kind == "completed"

    past = await log.until(lambda one: one.kind == "claimed", 5, "claimed")
    waiting = asyncio.create_task(log.until(is_completed, 5, "completed"))
    await asyncio.sleep(0)
    log.add("queue", "completed", job="40")

    assert past.job == "40"
    assert (await waiting).kind == "completed"


async def test_what_never_happens_is_named() -> None:
    """The run cannot tell then, and says what it has waited for."""
    log = Log("with", lambda _: None)

    with pytest.raises(TooLate, match="completed"):
        await log.until(lambda _: False, 0, "completed (queue) of job 40")

"""Going on while a store is away."""

from collections.abc import Awaitable, Callable, Iterator

import pytest
from structlog.testing import capture_logs

from fiblab.queue import CorruptReply
from fiblab.redis import CommandError, ReplyLost, Unavailable
from fiblab.worker import outages as outages_module
from fiblab.worker.errors import StoreRefused
from fiblab.worker.outages import Outages
from fiblab.worker.shutdown import Shutdown


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Repeat at once."""
    monkeypatch.setattr(outages_module, "full_jitter", lambda _attempt: 0.0)


def failing_with(*errors: Exception, then: Callable[[], str]) -> Callable[[], Awaitable[str]]:
    """Make an operation that fails so, one call after another, and then works."""
    failures: Iterator[Exception] = iter(errors)

    async def operation() -> str:
        for failure in failures:
            raise failure
        return then()

    return operation


async def test_it_repeats_until_it_succeeds() -> None:
    """Definite and indefinite failures and corrupt replies are all waited out."""
    operation = failing_with(Unavailable(), ReplyLost(), CorruptReply(), then=lambda: "done")
    assert await Outages(Shutdown()).endure("claim", operation) == "done"


async def test_an_outage_is_logged_by_its_changes() -> None:
    """Ten attempts that meet two kinds of failure are two lines, and a third when it is over."""
    errors = [Unavailable("a")] * 5 + [CommandError("OOM", "full")] * 5
    with capture_logs() as lines:
        await Outages(Shutdown()).endure("claim", failing_with(*errors, then=lambda: "done"))
    assert [(line["event"], line["operation"]) for line in lines] == [
        ("store away", "claim"),
        ("store away", "claim"),
        ("store back", "claim"),
    ]
    assert "Unavailable" in lines[0]["error"]
    assert "OOM" in lines[1]["error"]


async def test_operations_that_work_are_not_logged() -> None:
    """A healthy worker does not write about its health."""
    with capture_logs() as lines:
        await Outages(Shutdown()).endure("claim", failing_with(then=lambda: "done"))
    assert lines == []


async def test_a_shutdown_ends_the_repeating() -> None:
    """Nothing is claimed, and nobody waits for Redis, once the worker is to end."""
    shutdown = Shutdown()
    calls = []

    async def operation() -> str:
        calls.append("call")
        shutdown.request()
        raise Unavailable

    assert await Outages(shutdown).endure_until_shutdown("claim", operation) is None
    assert await Outages(shutdown).endure_until_shutdown("claim", operation) is None
    assert calls == ["call"]


async def test_a_refusal_is_no_outage() -> None:
    """A command that Redis will never take fails its job in place of holding up the lane."""
    operation = failing_with(CommandError("WRONGTYPE", "not a string"), then=lambda: "done")
    with pytest.raises(StoreRefused, match="WRONGTYPE not a string"):
        await Outages(Shutdown()).endure_unless_refused("store", operation)


async def test_a_state_of_the_server_is_an_outage() -> None:
    """Full, loading, read-only: the same command is taken later."""
    errors = [CommandError(code, "") for code in ("OOM", "LOADING", "READONLY", "MISCONF")]
    operation = failing_with(*errors, then=lambda: "done")
    assert await Outages(Shutdown()).endure_unless_refused("store", operation) == "done"

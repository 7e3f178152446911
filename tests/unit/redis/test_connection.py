"""What a connection says and does before there is one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiblab.redis import Address, CommandError, Connection, Unavailable
from fiblab.redis.connection import BACKOFF_BASE_S, BACKOFF_CAP_S, full_jitter


async def test_command_before_connect_is_unavailable() -> None:
    """A command on a connection that was never opened fails, and says what to call."""
    connection = Connection(Address(password="hunter2"), name="test")  # noqa: S106 - must not be seen
    with pytest.raises(Unavailable, match=r"connect\(\) has not been called") as caught:
        await connection.execute("PING")
    assert "hunter2" not in str(caught.value)
    assert not connection.connected


@pytest.mark.parametrize("name", ["", "two words", "line\nend", "über"])
def test_name_that_redis_would_refuse_is_refused_at_once(name: str) -> None:
    """CLIENT SETNAME takes visible ASCII only."""
    with pytest.raises(ValueError, match="visible ASCII"):
        Connection(Address(), name=name)


@given(attempt=st.integers(min_value=0, max_value=10_000))
def test_back_off_is_bounded(attempt: int) -> None:
    """No wait is longer than the cap, nor an early one than its share of the growth."""
    assert 0 <= full_jitter(attempt) <= min(BACKOFF_CAP_S, BACKOFF_BASE_S * 2 ** min(attempt, 99))


def test_back_off_spreads_a_crowd() -> None:
    """Clients that lost the same server come back spread over the whole interval, not in step."""
    waits = [full_jitter(20) for _ in range(1_000)]
    quarters = {int(wait * 4 / BACKOFF_CAP_S) for wait in waits}
    assert quarters >= {0, 1, 2, 3}


@pytest.mark.parametrize(
    ("text", "code", "message"),
    [("OOM command not allowed", "OOM", "command not allowed"), ("ERR", "ERR", "")],
)
def test_error_reply_is_split(text: str, code: str, message: str) -> None:
    """An error reply's first word is its code."""
    error = CommandError.parse(text)
    assert (error.code, error.message) == (code, message)

"""The circuit breaker opens on failures in a row, probes once, and closes on a success."""

import asyncio

import pytest

from fiblab.server.breaker import Breaker, BreakerOpen, BreakerState


class Failure(Exception):  # noqa: N818 - what the guarded call does here
    """A failure that counts."""


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        """Tell the time."""
        return self.now


@pytest.fixture
def clock() -> Clock:
    """Give a clock at zero."""
    return Clock()


@pytest.fixture
def states() -> list[str]:
    """Collect the states that the breaker announces."""
    return []


@pytest.fixture
def breaker(clock: Clock, states: list[str]) -> Breaker:
    """Give a breaker that opens after two failures, for ten seconds."""
    return Breaker(
        "store",
        threshold=2,
        reset_s=10,
        failures=(Failure,),
        on_change=lambda _name, state: states.append(state),
        clock=clock,
    )


def end_with(breaker: Breaker, error: BaseException) -> None:
    """Make one guarded call that ends in an error."""
    with pytest.raises(type(error)), breaker:
        raise error


def opened(breaker: Breaker) -> None:
    """Fail as often as it takes."""
    end_with(breaker, Failure())
    end_with(breaker, Failure())


def test_opens_after_failures_in_a_row(breaker: Breaker) -> None:
    """After the threshold's failures a call fails at once and says when the next try is."""
    opened(breaker)
    with pytest.raises(BreakerOpen) as refused, breaker:
        pytest.fail("the dependency was called")
    assert refused.value.retry_in_s == 10


def test_success_between_failures_keeps_it_closed(breaker: Breaker) -> None:
    """Failures count only in a row."""
    end_with(breaker, Failure())
    with breaker:
        pass
    end_with(breaker, Failure())
    assert breaker.state is BreakerState.CLOSED


def test_other_errors_do_not_count(breaker: Breaker) -> None:
    """An error that says nothing about the dependency leaves the breaker closed."""
    for _ in range(5):
        end_with(breaker, KeyError())
        end_with(breaker, asyncio.CancelledError())
    assert breaker.state is BreakerState.CLOSED


def test_half_open_lets_one_probe_through(breaker: Breaker, clock: Clock) -> None:
    """After its rest one call goes through, and all others fail until it has ended."""
    opened(breaker)
    clock.now = 10
    with breaker, pytest.raises(BreakerOpen), breaker:
        pytest.fail("a second call went through")


def test_probe_that_succeeds_closes_it(breaker: Breaker, clock: Clock, states: list[str]) -> None:
    """A successful probe brings everything back, and each change is announced once."""
    opened(breaker)
    clock.now = 10
    with breaker:
        pass
    assert states == ["open", "half-open", "closed"]


def test_probe_that_fails_opens_it_again(breaker: Breaker, clock: Clock) -> None:
    """One failed probe is enough for another whole rest."""
    opened(breaker)
    clock.now = 10
    end_with(breaker, Failure())
    clock.now = 19
    with pytest.raises(BreakerOpen), breaker:
        pytest.fail("the dependency was called")


def test_cancelled_probe_makes_room_for_the_next(breaker: Breaker, clock: Clock) -> None:
    """A probe whose caller went away decides nothing: the next call is the probe."""
    opened(breaker)
    clock.now = 10
    end_with(breaker, asyncio.CancelledError())
    with breaker:
        pass
    assert breaker.state is BreakerState.CLOSED

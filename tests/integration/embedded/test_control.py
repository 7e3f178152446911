"""Orders reach `up` whole or not at all, whatever becomes of the child that gave them."""

import socket
from collections.abc import Iterator

import msgspec
import pytest

from fiblab.embedded.control import Asked, ControlPost, Order, ProcessState, Told
from fiblab.embedded.supervisor import State


@pytest.fixture
def post() -> Iterator[ControlPost]:
    """Open one."""
    opened = ControlPost()
    yield opened
    opened.close()


@pytest.fixture
def child(post: ControlPost) -> Iterator[socket.socket]:
    """Take the child's end, as a child has it."""
    with socket.fromfd(post.fd, socket.AF_UNIX, socket.SOCK_DGRAM) as taken:
        taken.settimeout(0)
        yield taken


def test_orders_come_in_the_order_in_which_they_were_given(
    post: ControlPost, child: socket.socket
) -> None:
    """Each is one message; without any, there is none to read."""
    asked = [Asked("1", "worker", Order.KILL), Asked("2"), Asked("3", "redis", Order.FREEZE)]
    for one in asked:
        child.send(msgspec.json.encode(one))
    assert list(post.asked()) == asked
    assert list(post.asked()) == []


@pytest.mark.parametrize("message", [b"", b"nonsense", b'{"id":"1","order":"dance"}', b"\xff"])
def test_what_is_no_order_is_dropped(
    post: ControlPost, child: socket.socket, message: bytes
) -> None:
    """The next one is read as if nothing had been."""
    child.send(message)
    child.send(msgspec.json.encode(Asked("2")))
    assert list(post.asked()) == [Asked("2")]


def test_answers_are_read_as_they_were_given(post: ControlPost, child: socket.socket) -> None:
    """The states of many processes are one message."""
    told = Told("1", [ProcessState(f"worker-{n}", "worker", State.RUNNING, n) for n in range(40)])
    post.tell(told)
    assert msgspec.json.decode(child.recv(65_536), type=Told) == told


def test_answers_that_nobody_reads_hold_up_nobody(post: ControlPost) -> None:
    """A child that does not read loses answers; `up` goes on."""
    for number in range(2_000):
        post.tell(Told(str(number)))
    assert list(post.asked()) == []

"""The buffer of the log: nobody waits, nothing is mixed, and what is lost is counted."""

import io
import threading
from collections.abc import Iterator

import pytest

from fiblab.observability import log_buffer
from fiblab.observability.log_buffer import MAX_WAITING_LINES, LogBuffer


class GatedStream(io.StringIO):
    """A stream that takes nothing until its gate is opened, and says when it is asked."""

    def __init__(self) -> None:
        super().__init__()
        self.gate, self.asked = threading.Event(), threading.Event()

    def write(self, text: str) -> int:
        """Wait for the gate."""
        self.asked.set()
        self.gate.wait()
        return super().write(text)


@pytest.fixture
def gated() -> GatedStream:
    """Make a stream whose gate is closed."""
    return GatedStream()


@pytest.fixture
def buffer(gated: GatedStream) -> Iterator[LogBuffer]:
    """Make a buffer before the gated stream, and open the gate in the end."""
    buffer = LogBuffer(gated, tell_dropped=lambda lines: f"{lines} dropped")
    yield buffer
    gated.gate.set()
    buffer.close()


@pytest.fixture
def never(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no line be written because its time is up."""
    monkeypatch.setattr(log_buffer, "FLUSH_INTERVAL_S", 3_600)


def test_a_line_leaves_by_itself(gated: GatedStream, buffer: LogBuffer) -> None:
    """Nobody has to ask for it, nor for the next one."""
    gated.gate.set()
    for line in "abc":
        buffer.add(line)
        assert gated.asked.wait(10)
        gated.asked.clear()


@pytest.mark.usefixtures("never")
def test_an_urgent_line_takes_along_those_before_it(gated: GatedStream, buffer: LogBuffer) -> None:
    """In their order, in one write, long before the time is up."""
    gated.gate.set()
    buffer.add("a")
    buffer.add("b")

    buffer.add_now("c")
    assert gated.asked.wait(10)
    buffer.flush()

    assert gated.getvalue() == "a\nb\nc\n"


@pytest.mark.usefixtures("never")
def test_many_lines_leave_before_their_time_is_up(gated: GatedStream, buffer: LogBuffer) -> None:
    """A burst does not gather for the whole interval."""
    for n in range(log_buffer.LINES_PER_WRITE):
        buffer.add(str(n))

    assert gated.asked.wait(10)


@pytest.mark.usefixtures("never")
def test_flush_returns_when_all_is_written(gated: GatedStream, buffer: LogBuffer) -> None:
    """Called before a risk."""
    gated.gate.set()
    buffer.add("a")

    buffer.flush()

    assert gated.getvalue() == "a\n"


def test_a_stuck_stream_holds_up_nobody_and_what_is_lost_is_told(
    gated: GatedStream, buffer: LogBuffer
) -> None:
    """The lines before the overflow arrive, then the number of those that did not."""
    buffer.add_now("first")
    assert gated.asked.wait(10)  # it is stuck with the first line now

    for n in range(MAX_WAITING_LINES):
        buffer.add(str(n))
    for _ in range(7):
        buffer.add_now("no room")

    assert buffer.dropped == 7
    gated.gate.set()
    buffer.flush()
    buffer.add_now("later")
    buffer.flush()
    lines = gated.getvalue().splitlines()
    assert lines[0] == "first"
    assert lines[1:-2] == [str(n) for n in range(MAX_WAITING_LINES)]
    assert lines[-2:] == ["7 dropped", "later"]


def test_a_stuck_stream_holds_up_neither_flush_nor_close_for_ever(
    gated: GatedStream, buffer: LogBuffer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A service ends although nobody reads its log."""
    monkeypatch.setattr(log_buffer, "PATIENCE_S", 0.01)
    buffer.add_now("a")
    assert gated.asked.wait(10)

    buffer.flush()
    buffer.close()
    buffer.add("after")

    assert gated.getvalue() == ""


def test_lines_of_many_threads_stay_whole(gated: GatedStream, buffer: LogBuffer) -> None:
    """None is lost, none is mixed with another, and each thread's are in order."""
    gated.gate.set()

    def write(name: str) -> None:
        for n in range(500):
            buffer.add(f"{name} {n}")

    threads = [threading.Thread(target=write, args=[name]) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    buffer.flush()

    lines = gated.getvalue().splitlines()
    for name in "abcd":
        assert [line for line in lines if line[0] == name] == [f"{name} {n}" for n in range(500)]


def test_after_the_end_each_line_is_written_by_who_adds_it() -> None:
    """As at exit, when no thread runs any more; ending twice is ending once."""
    stream = io.StringIO()
    buffer = LogBuffer(stream, tell_dropped=str)
    buffer.add("a")
    buffer.close()
    buffer.close()

    buffer.add("b")
    buffer.add_now("c")
    buffer.flush()

    assert stream.getvalue() == "a\nb\nc\n"


def test_a_closed_stream_costs_its_lines_only() -> None:
    """Whoever logs learns nothing of it."""
    stream = io.StringIO()
    buffer = LogBuffer(stream, tell_dropped=str)
    stream.close()

    buffer.add_now("a")
    buffer.flush()
    buffer.close()
    buffer.add("b")

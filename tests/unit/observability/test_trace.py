"""The traceparent header: read as the standard says, continued, and written."""

import pytest

from fiblab.observability.trace import TraceContext, parse_traceparent

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


@pytest.mark.parametrize(
    ("flags", "sampled"), [("01", True), ("00", False), ("02", False), ("03", True)]
)
def test_a_header_is_read(flags: str, sampled: bool) -> None:  # noqa: FBT001 - a case's expectation
    """Of the flags only the lowest has a meaning."""
    assert parse_traceparent(f"00-{TRACE}-{SPAN}-{flags}") == TraceContext(TRACE, SPAN, sampled)


def test_what_was_read_is_written_again() -> None:
    """Sampled or not."""
    for header in (f"00-{TRACE}-{SPAN}-01", f"00-{TRACE}-{SPAN}-00"):
        context = parse_traceparent(header)
        assert context is not None
        assert context.traceparent() == header


def test_a_later_version_may_say_more() -> None:
    """What is known of it is read, the rest is left."""
    assert parse_traceparent(f"cc-{TRACE}-{SPAN}-01-what-the-future") is not None


@pytest.mark.parametrize(
    "header",
    [
        "",
        "00",
        f"00-{TRACE}-{SPAN}",
        f"00-{TRACE}-{SPAN}-01-more",
        f"ff-{TRACE}-{SPAN}-01",
        f"00-{'0' * 32}-{SPAN}-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"00-{TRACE.upper()}-{SPAN}-01",
        f"00-{TRACE[:-1]}-{SPAN}-01",
        f"00-{TRACE}-{SPAN}-1",
        f"00-{TRACE}-{SPAN}-01\n",
        f" 00-{TRACE}-{SPAN}-01",
        f"00_{TRACE}_{SPAN}_01",
        f"cc-{TRACE}-{SPAN}-01.more",
    ],
)
def test_a_malformed_header_is_none(header: str) -> None:
    """Upon which a new trace begins."""
    assert parse_traceparent(header) is None


def test_a_child_is_another_span_of_the_same_trace() -> None:
    """And as sampled as its parent."""
    parent = TraceContext(TRACE, SPAN, sampled=True)
    child = parent.child()

    assert (child.trace_id, child.sampled) == (TRACE, True)
    assert child.span_id != SPAN
    assert parse_traceparent(child.traceparent()) == child


def test_new_traces_are_well_formed_and_differ() -> None:
    """So that two requests are never taken for one."""
    contexts = [TraceContext.new() for _ in range(100)]

    assert all(parse_traceparent(context.traceparent()) == context for context in contexts)
    assert len({context.trace_id for context in contexts}) == 100

"""What a claimed job says, and what is refused before anything is computed."""

import pytest

from fiblab.fibonacci.job import FibonacciJob
from fiblab.queue import ClaimedJob
from fiblab.worker.errors import BadPayload
from fiblab.worker.order import read_order

TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736"


def claimed(identity: str, payload: bytes) -> ClaimedJob:
    """Make a job in a worker's hands."""
    return ClaimedJob(identity, "light", payload, nonce="n", attempt=1, enqueued_ms=0)


def test_order_tells_whose_work_it_is() -> None:
    """The request's id and its trace's id stand in the fields of every log line."""
    request = FibonacciJob(40, "request-1", f"00-{TRACE_ID}-00f067aa0ba902b7-01")
    order = read_order(claimed("40", request.encode()), max_index=100)
    assert order.index == 40
    assert order.log_fields == {"job": "40", "request_id": "request-1", "trace_id": TRACE_ID}


@pytest.mark.parametrize("traceparent", ["", "nonsense", f"00-{'0' * 32}-00f067aa0ba902b7-01"])
def test_malformed_trace_is_left_out(traceparent: str) -> None:
    """A job is not refused for its traceparent, and nothing unchecked gets into the log."""
    request = FibonacciJob(40, "request-1", traceparent)
    order = read_order(claimed("40", request.encode()), max_index=100)
    assert order.log_fields["trace_id"] == ""


@pytest.mark.parametrize(
    ("identity", "payload", "reason"),
    [
        ("40", b"", "can't be read"),
        ("40", b"\xff\x00", "can't be read"),
        ("40", b'["40"]', "can't be read"),
        ("40", b"{}", "can't be read"),
        ("101", FibonacciJob(101).encode(), "is not from 0 to 100"),
        ("-1", FibonacciJob(-1).encode(), "is not from 0 to 100"),
        ("41", FibonacciJob(40).encode(), "is about 40, the job about 41"),
    ],
)
def test_bad_payload_is_refused_for_good(identity: str, payload: bytes, reason: str) -> None:
    """What no attempt could compute becomes a dead letter at the first one."""
    with pytest.raises(BadPayload, match=reason) as caught:
        read_order(claimed(identity, payload), max_index=100)
    assert not caught.value.failure.retryable

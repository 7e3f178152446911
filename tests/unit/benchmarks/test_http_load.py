"""What wrk says of the load, and what is no measurement at all."""

import pytest
from benchmarks.http.load import LoadError, read

GOOD = '{"answers":300,"seconds":2.0,"refused":0,"broken":0,"p50_ms":1.25,"p99_ms":3.5}'  # load.lua


def test_the_last_line_has_the_figures() -> None:
    """Above it is what wrk itself prints."""
    answers = read(f"Running 2s test\n  1 threads\nRequests/sec: 150\n\n{GOOD}\n")
    assert answers.per_second == 150
    assert (answers.p50_ms, answers.p99_ms) == (1.25, 3.5)


@pytest.mark.parametrize(
    "output",
    [
        GOOD.replace('"refused":0', '"refused":1'),
        GOOD.replace('"broken":0', '"broken":1'),
        GOOD.replace('"answers":300', '"answers":0'),
        "unable to connect to 127.0.0.1:1",
        "",
    ],
    ids=["refused", "broken", "none", "no connection", "nothing"],
)
def test_a_turn_that_was_not_answered_well_fails(output: str) -> None:
    """A server that refuses is fast."""
    with pytest.raises(LoadError):
        read(output)

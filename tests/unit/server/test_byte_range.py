"""One byte range is read as RFC 9110, 14.1.2 says."""

import pytest

from fiblab.server.byte_range import ByteRange, requested_range
from fiblab.server.problems import Refusal

SIZE = 100


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("bytes=0-9", ByteRange(0, 9)),
        ("bytes=90-", ByteRange(90, 99)),
        ("bytes=90-1000", ByteRange(90, 99)),
        ("bytes=-5", ByteRange(95, 99)),
        ("bytes=-1000", ByteRange(0, 99)),
        ("bytes=99-99", ByteRange(99, 99)),
    ],
)
def test_range(header: str, expected: ByteRange) -> None:
    """A range is cut to what is there."""
    assert requested_range(header, SIZE) == expected


@pytest.mark.parametrize(
    "header",
    [
        "",
        "bytes=",
        "bytes=-",
        "bytes=5-2",
        "bytes=0-1,5-6",
        "items=0-1",
        "bytes=a-b",
        "bytes=0x1-2",
    ],
)
def test_ignored(header: str) -> None:
    """What is malformed, of another unit or of several ranges gets the whole."""
    assert requested_range(header, SIZE) is None


@pytest.mark.parametrize("header", ["bytes=100-", "bytes=200-300", "bytes=-0"])
def test_not_satisfiable(header: str) -> None:
    """A range of nothing is refused, and the size told."""
    with pytest.raises(Refusal) as refused:
        requested_range(header, SIZE)
    assert refused.value.headers == [(b"content-range", b"bytes */100")]


def test_content_range() -> None:
    """A part says which it is, of how many."""
    assert ByteRange(5, 9).content_range(100) == b"bytes 5-9/100"
    assert ByteRange(5, 9).length == 5

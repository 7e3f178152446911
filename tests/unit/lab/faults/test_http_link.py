"""Following HTTP/1.1: where requests and answers end, however their bytes come."""

from itertools import accumulate

import pytest

from fiblab.lab.faults.http_link import HttpLink

REQUESTS = (
    b"GET /readyz?verbose HTTP/1.1\r\nHost: a\r\n\r\n",
    b"POST /api/v1/fibonacci/40 HTTP/1.1\r\nHost: a\r\ncontent-LENGTH: 5\r\n\r\n\r\n\r\nx",
    b"POST /api/v1/fibonacci/41 HTTP/1.1\r\nContent-Length: 0\r\n\r\n",
)
NAMES = ["GET /readyz", "POST /api/v1/fibonacci/40", "POST /api/v1/fibonacci/41"]
STREAM = b"".join(REQUESTS)
ENDS = list(accumulate(map(len, REQUESTS)))


@pytest.mark.parametrize("size", range(1, len(STREAM) + 1))
def test_requests_are_found_however_they_are_cut(size: int) -> None:
    """Each is named once, and ends where its last byte is."""
    framer, _ = HttpLink("way", "http://127.0.0.1:1").new_framers()
    found = [
        (frame.name, start + frame.end)
        for start in range(0, len(STREAM), size)
        for frame in framer.feed(STREAM[start : start + size])
    ]
    assert found == list(zip(NAMES, ENDS, strict=True))


def test_an_answer_ends_with_its_body() -> None:
    """The head tells how long it is."""
    _, framer = HttpLink("way", "http://127.0.0.1:1").new_framers()
    assert framer.feed(b"HTTP/1.1 202 Accepted\r\nContent-Length: 2\r\n\r\n{") == []
    assert framer.feed(b"}") == [("answer", 1)]


@pytest.mark.parametrize(
    "head", [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"x" * 70_000]
)
def test_what_is_not_followed_is_an_error(head: bytes) -> None:
    """A body in chunks, and a head without an end: rather no connection than a wrong frame."""
    _, framer = HttpLink("way", "http://127.0.0.1:1").new_framers()
    with pytest.raises(ValueError, match=r"chunks|too long"):
        framer.feed(head)

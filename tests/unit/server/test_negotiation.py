"""What a client takes is read as RFC 9110 and RFC 7240 say."""

import gzip

import pytest
import zstandard

from fiblab.server.negotiation import Coding, accepted_coding, compress, preferred_wait


@pytest.mark.parametrize(
    ("header", "coding"),
    [
        ("", "identity"),
        ("identity", "identity"),
        ("br", "identity"),
        ("gzip", "gzip"),
        ("GZIP, deflate, br", "gzip"),
        ("gzip, zstd", "zstd"),
        ("gzip;q=0", "identity"),
        ("gzip; q=0.8, zstd; q=0.5", "gzip"),
        ("zstd;q=0.000, gzip", "gzip"),
        ("*", "zstd"),
        ("*;q=0", "identity"),
        ("zstd;q=0, *", "gzip"),
        ("gzip;q=abc", "identity"),
    ],
)
def test_coding(header: str, coding: Coding) -> None:
    """The best coding is chosen that the weights allow."""
    assert accepted_coding(header) == coding


def test_compressed_bodies_come_back() -> None:
    """What is compressed decodes to what it was."""
    body = b"0123456789" * 500
    assert gzip.decompress(compress(body, "gzip")) == body
    assert zstandard.decompress(compress(body, "zstd")) == body
    assert compress(body, "identity") == body


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("wait=5", 5),
        ("respond-async, wait=10", 10),
        ("wait = 3; foo=bar", 3),
        ('wait="7"', 7),
        ("WAIT=2", 2),
        ("wait=", None),
        ("wait=-1", None),
        ("wait=1.5", None),
        ("await=5", None),
        ("", None),
    ],
)
def test_preferred_wait(header: str, seconds: int | None) -> None:
    """A well-formed wait is found among other preferences; a malformed one is ignored."""
    assert preferred_wait(header) == seconds

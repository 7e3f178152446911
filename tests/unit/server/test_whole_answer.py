"""Header lines: what could end a header where it should not is refused."""

import pytest

from fiblab.server.whole_answer import ForbiddenByteError, header_lines


def test_headers_are_lines() -> None:
    """A tab and what is no ASCII may be in a value."""
    lines = header_lines([(b"etag", b'"1"'), (b"x-a", b"b\tc\xff")])
    assert lines == b'etag: "1"\r\nx-a: b\tc\xff\r\n'


@pytest.mark.parametrize("bad", [b"\r\nx: y", b"\n", b"\r", b"\0", b"\x1b", b"\x7f"])
@pytest.mark.parametrize("place", [0, 1])
def test_a_control_character_is_refused(bad: bytes, place: int) -> None:
    """In a value as in a name: a client's text could otherwise add headers of its own."""
    header = [b"name", b"value"]
    header[place] += bad
    with pytest.raises(ForbiddenByteError):
        header_lines([(b"etag", b'"1"'), (header[0], header[1])])

"""`Range: bytes=…` of one range (RFC 9110, 14.1.2)."""

import re
from typing import NamedTuple

from fiblab.server.problems import RANGE_NOT_SATISFIABLE, Refusal

#: One range; several at once, other units and malformed ones are ignored, as the RFC allows.
_ONE_RANGE = re.compile(r"bytes=\s*(\d{0,19})-(\d{0,19})\s*")


class ByteRange(NamedTuple):
    """Positions of the first and of the last byte."""

    first: int
    last: int

    @property
    def length(self) -> int:
        """How many bytes."""
        return self.last - self.first + 1

    def content_range(self, size: int) -> bytes:
        """Write the Content-Range header for a representation of `size` bytes."""
        return b"bytes %d-%d/%d" % (self.first, self.last, size)


def requested_range(header: str, size: int) -> ByteRange | None:
    """Read the range of a representation of `size` bytes; None: answer with the whole of it.

    Raises Refusal (416) for a range that begins behind the end.
    """
    found = _ONE_RANGE.fullmatch(header)
    if found is None or found.group(1, 2) == ("", ""):
        return None
    first, last = found.group(1, 2)
    if not first:
        asked = ByteRange(max(0, size - int(last)), size - 1)
    else:
        asked = ByteRange(int(first), min(int(last), size - 1) if last else size - 1)
        if last and int(last) < int(first):
            return None
    if asked.length <= 0:
        raise Refusal(
            RANGE_NOT_SATISFIABLE,
            f"The number has {size} digits.",
            headers=[(b"content-range", b"bytes */%d" % size)],
        )
    return asked

"""W3C Trace Context: the `traceparent` header, read, continued and written.

    00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
    version │ trace-id, 16 bytes              │ parent-id, 8 │ flags (bit 0: sampled)

Source: https://www.w3.org/TR/trace-context/ (Recommendation, 2021), section 3.2.
"""

import random
import re
from dataclasses import dataclass
from typing import Self

#: Lower case only, as the standard demands. A later version may append fields; version 00 may not.
_TRACEPARENT = re.compile(
    r"(?P<version>[0-9a-f]{2})-(?P<trace>[0-9a-f]{32})-(?P<span>[0-9a-f]{16})-(?P<flags>[0-9a-f]{2})"
    r"(?P<later>-.*)?",
    re.DOTALL,
)

_NO_TRACE, _NO_SPAN = "0" * 32, "0" * 16

#: The only flag that version 00 defines, and the only one that is passed on.
_SAMPLED = 0x01


@dataclass(frozen=True, slots=True)
class TraceContext:
    """One span of a trace: `trace_id` (32 hex digits) and `span_id` (16), neither all zeros."""

    trace_id: str
    span_id: str
    sampled: bool = False

    @classmethod
    def new(cls, *, sampled: bool = False) -> Self:
        """Begin a trace."""
        return cls(f"{_random_nonzero(128):032x}", _new_span_id(), sampled)

    def child(self) -> "TraceContext":
        """Continue this trace in a span of one's own."""
        return TraceContext(self.trace_id, _new_span_id(), self.sampled)

    def traceparent(self) -> str:
        """Write the header for whom we call, version 00."""
        return f"00-{self.trace_id}-{self.span_id}-{_SAMPLED if self.sampled else 0:02x}"


def parse_traceparent(text: str) -> TraceContext | None:
    """Read a header; None where it is malformed, upon which the standard begins a new trace."""
    match = _TRACEPARENT.fullmatch(text)
    if match is None:
        return None
    version, trace_id, span_id = match["version"], match["trace"], match["span"]
    if version == "ff" or (version == "00" and match["later"] is not None):
        return None
    if trace_id == _NO_TRACE or span_id == _NO_SPAN:
        return None
    return TraceContext(trace_id, span_id, bool(int(match["flags"], 16) & _SAMPLED))


def _new_span_id() -> str:
    return f"{_random_nonzero(64):016x}"


def _random_nonzero(bits: int) -> int:
    return random.getrandbits(bits) or 1

r"""What a child process writes to its parent: frames of one kind, one length and a body.

kind, 1 byte | length of the body, 8 bytes, big-endian | body

R  ready      nothing                       once, when it is warm
P  progress   two doubles: done, until      any number of times
V  value      the decimal digits            ends a computation
F  failure    category "\0" detail         ends a computation, and the child
"""

import struct
from enum import Enum

HEADER = struct.Struct(">cQ")

PROGRESS = struct.Struct(">dd")


class Kind(bytes, Enum):
    """The first byte of a frame."""

    READY = b"R"
    PROGRESS = b"P"
    VALUE = b"V"
    FAILURE = b"F"


def frame(kind: Kind, body: bytes = b"") -> bytes:
    """Write a frame's header; a long body is written apart, so that it is not copied."""
    return HEADER.pack(kind.value, len(body)) + body

"""What a job of this system carries, and the lane it travels in."""

from typing import Literal

import msgspec

Lane = Literal["light", "heavy"]

LIGHT: Lane = "light"
HEAVY: Lane = "heavy"


class FibonacciJob(msgspec.Struct, frozen=True, array_like=True):
    """One index to compute, with what ties its log lines to the request that asked first."""

    index: int
    request_id: str = ""
    traceparent: str = ""

    @property
    def id(self) -> str:
        """The queue's id of this job: equal indices are one job."""
        return str(self.index)

    def encode(self) -> bytes:
        """Write it as a job's payload."""
        return _encoder.encode(self)

    @classmethod
    def decode(cls, payload: bytes) -> "FibonacciJob":
        """Read a job's payload; raises msgspec.DecodeError for anything else."""
        return _decoder.decode(payload)


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(FibonacciJob)


def lane_of(index: int, light_max_index: int) -> Lane:
    """Tell the lane of an index: light up to `light_max_index`, so that it never waits for long."""
    return LIGHT if index <= light_max_index else HEAVY

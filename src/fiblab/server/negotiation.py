"""What a client takes: content codings (RFC 9110, 12.5.3), and a longer wait (RFC 7240)."""

import gzip
import re
from functools import lru_cache
from typing import Literal

import zstandard

Coding = Literal["zstd", "gzip", "identity"]

#: Bytes; below this a body fits one packet anyway, and compressing it costs more than it saves.
COMPRESS_FROM = 1_024

#: The fastest level of both: level 6 of gzip takes ten times as long for a tenth less.
LEVEL = 1

_WAIT = re.compile(r"(?:^|[,;])\s*wait\s*=\s*\"?(\d{1,6})\"?\s*(?=$|[,;])", re.IGNORECASE)


@lru_cache(maxsize=256)
def accepted_coding(accept_encoding: str) -> Coding:
    """Choose the best coding that the client takes; identity where it names none of ours."""
    weights = dict(map(_weighted, accept_encoding.lower().split(",")))
    everything_else = weights.get("*", 0.0)
    gzip_weight = weights.get("gzip", everything_else)
    zstd_weight = weights.get("zstd", everything_else)
    if zstd_weight > 0 and zstd_weight >= gzip_weight:
        return "zstd"
    return "gzip" if gzip_weight > 0 else "identity"


def _weighted(item: str) -> tuple[str, float]:
    """Read `gzip;q=0.5`; a weight that is no number counts as a refusal."""
    coding, _, parameter = item.partition(";")
    name, _, weight = parameter.strip().partition("=")
    if name.strip() != "q":
        return coding.strip(), 1.0
    try:
        return coding.strip(), float(weight)
    except ValueError:
        return coding.strip(), 0.0


def compress(body: bytes, coding: Coding) -> bytes:
    """Compress a body in one piece."""
    if coding == "gzip":
        return gzip.compress(body, LEVEL, mtime=0)
    if coding == "zstd":
        return zstandard.ZstdCompressor(level=LEVEL).compress(body)
    return body


@lru_cache(maxsize=256)
def preferred_wait(prefer: str) -> int | None:
    """Read `Prefer: wait=N` in seconds; a malformed one is ignored, as if there were none."""
    found = _WAIT.search(prefer)
    return int(found[1]) if found else None

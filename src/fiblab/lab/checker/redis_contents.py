"""What Redis holds at the end, all of it, read key by key; nobody else may write meanwhile."""

import msgspec
from redis import Redis

from fiblab.lab.checker.structure import LANES, TAG, Structure, look
from fiblab.lab.checker.watch import client_of

#: What TTL answers for a key that lives for ever.
_NO_TTL = -1
#: Keys in one step of the scan, and in one question for their TTLs.
_SCAN_COUNT = 1_000
#: Seconds that an answer may take: nothing else depends on it, and a verdict does.
_ANSWER_LIMIT_S = 60.0


class RedisContents(msgspec.Struct, frozen=True):
    """The queue's structure, the reasons of its dead letters, and which keys never expire."""

    structure: Structure
    reasons: dict[str, str]
    """Job id -> JSON."""
    lasting_keys: tuple[str, ...]
    """Those without a TTL."""
    key_count: int
    wake_tokens: dict[str, int]
    """Per lane."""


def read(redis_url: str) -> RedisContents:
    """Read it all; raises redis.RedisError where Redis does not answer."""
    with client_of(redis_url, _ANSWER_LIMIT_S) as client:
        lasting, count = _lasting_keys(client)
        reasons = client.hgetall(f"{TAG}:reason")
        return RedisContents(
            structure=look(client),
            reasons={job.decode(): reason.decode("latin-1") for job, reason in reasons.items()},
            lasting_keys=lasting,
            key_count=count,
            wake_tokens={lane: client.llen(f"{TAG}:wake:{lane}") for lane in LANES},
        )


def _lasting_keys(client: Redis) -> tuple[tuple[str, ...], int]:
    """Name the keys without a TTL, and count all keys."""
    keys = sorted(set(client.scan_iter(count=_SCAN_COUNT)))
    lasting: list[str] = []
    for start in range(0, len(keys), _SCAN_COUNT):
        some = keys[start : start + _SCAN_COUNT]
        pipeline = client.pipeline(transaction=False)
        for key in some:
            pipeline.ttl(key)
        ttls = zip(some, pipeline.execute(), strict=True)
        lasting += (key.decode("latin-1") for key, ttl in ttls if ttl == _NO_TTL)
    return tuple(lasting), len(keys)

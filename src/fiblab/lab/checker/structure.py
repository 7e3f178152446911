"""The queue as it lies in Redis: the names of its keys, and one atomic look at who is where.

The names are written down once more here, out of the design, so that a mistake in the queue's own
can't hide itself.
"""

import msgspec
from redis import Redis

TAG = "{fiblab:0}"

#: Lanes that the system has.
LANES = ("light", "heavy")

#: The only keys that may live without a TTL.
FIXED_KEYS = frozenset(
    f"{TAG}:{name}"
    for name in (
        *("job", "attempts", "nonce", "leases", "delayed", "progress"),
        *("dead", "reason", "dead-by-time", "events", "paused", "v1:values", "v1:max"),
        *(f"{kind}:{lane}" for kind in ("ready", "wake") for lane in LANES),
    )
)

#: Jobs up to which a look lists them all; beyond, it only counts them.
LISTED_LIMIT = 20_000


class Structure(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who is where, at one moment; job ids throughout."""

    taken_at: float
    """Seconds by the server's own clock, since 1970."""
    job_count: int
    dead_count: int
    listed: bool = True
    """False where there were too many jobs: then only the counts are told."""
    jobs: tuple[str, ...] = ()
    """Those that have a record."""
    ready: tuple[str, ...] = ()
    """Of all lanes, as often as they stand there."""
    leased: tuple[str, ...] = ()
    delayed: tuple[str, ...] = ()
    nonces: tuple[str, ...] = ()
    """Those that have a nonce."""
    attempted: tuple[str, ...] = ()
    """Those that have a number of attempts."""
    progressing: tuple[str, ...] = ()
    dead: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    """Those that have a reason."""
    died: tuple[str, ...] = ()
    """Those that have a time of death."""


#: Fields of `Structure` that are the fields of a hash, or the members of a sorted set.
_HASHES = {
    "jobs": "job",
    "nonces": "nonce",
    "attempted": "attempts",
    "progressing": "progress",
    "dead": "dead",
    "reasons": "reason",
}
_SORTED_SETS = {"leased": "leases", "delayed": "delayed", "died": "dead-by-time"}


def look(client: Redis) -> Structure:
    """Look once, in one transaction; raises redis.RedisError where Redis does not answer."""
    if client.hlen(f"{TAG}:job") > LISTED_LIMIT:
        return _counted(client)
    pipeline = client.pipeline(transaction=True)
    pipeline.time()
    for key in _HASHES.values():
        pipeline.hkeys(f"{TAG}:{key}")
    for key in _SORTED_SETS.values():
        pipeline.zrange(f"{TAG}:{key}", 0, -1)
    for lane in LANES:
        pipeline.lrange(f"{TAG}:ready:{lane}", 0, -1)
    moment, *replies = pipeline.execute()
    texts = [tuple(job.decode("latin-1") for job in found) for found in replies]
    names = (*_HASHES, *_SORTED_SETS)
    return _structure(moment, dict(zip(names, texts, strict=False)), texts[len(names) :])


def _structure(
    moment: tuple[int, int],
    found: dict[str, tuple[str, ...]],
    lanes: list[tuple[str, ...]],
) -> Structure:
    return Structure(
        taken_at=_seconds(moment),
        job_count=len(found["jobs"]),
        dead_count=len(found["dead"]),
        ready=tuple(job for lane in lanes for job in lane),
        jobs=found["jobs"],
        leased=found["leased"],
        delayed=found["delayed"],
        nonces=found["nonces"],
        attempted=found["attempted"],
        progressing=found["progressing"],
        dead=found["dead"],
        reasons=found["reasons"],
        died=found["died"],
    )


def _counted(client: Redis) -> Structure:
    pipeline = client.pipeline(transaction=True)
    pipeline.time()
    pipeline.hlen(f"{TAG}:job")
    pipeline.hlen(f"{TAG}:dead")
    moment, jobs, dead = pipeline.execute()
    return Structure(_seconds(moment), jobs, dead, listed=False)


def _seconds(moment: tuple[int, int]) -> float:
    seconds, micros = moment
    return seconds + micros / 1_000_000

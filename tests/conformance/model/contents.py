"""What a queue holds, in a form that both can give: Redis, key by key, and the model.

Read by redis-py and by nothing of the queue's but the names of its keys, so that a mistake of the
queue can't hide itself.
"""

import json
from collections import Counter
from dataclasses import dataclass, fields
from typing import Any

import redis

from fiblab.queue import Keys

#: Scores below are moments that the test has let pass, in ms; real moments are some 10^12.
PAST_MS = 10**9


@dataclass(frozen=True, slots=True)
class Letter:
    """A dead letter, without its time of death."""

    lane: str
    payload: bytes
    attempts: int
    category: str
    detail: str


@dataclass(frozen=True, slots=True)
class Contents:
    """All that is stored, but for moments, which no model can know."""

    records: dict[str, tuple[str, bytes]]
    """Job -> its lane and payload."""
    ready: dict[str, list[str]]
    """Lane -> its waiting jobs, the next one first."""
    leases: dict[str, bool]
    """Job -> whether its lease has ended."""
    delayed: dict[str, bool]
    """Job -> whether it is due."""
    nonces: dict[str, str]
    attempts: dict[str, int]
    """Job -> its attempts, for those that have had one."""
    progress: dict[str, float]
    letters: dict[str, Letter]
    unpaired: set[str]
    """Dead jobs with a record and no reason, or the other way round."""
    deaths: list[str]
    """Dead letters, the earliest first."""
    claims: dict[str, tuple[str, tuple[str, ...]]]
    """Worker -> token and jobs of its last claim."""
    wake: dict[str, int]
    """Lane -> its wake tokens."""
    paused: bool

    def differences(self, other: "Contents") -> list[str]:
        """Tell which parts are not the same in both."""
        pairs = (
            (part.name, getattr(self, part.name), getattr(other, part.name))
            for part in fields(self)
        )
        return [f"{name}: {mine} != {theirs}" for name, mine, theirs in pairs if mine != theirs]


def check_invariants(contents: Contents, bound: int) -> list[str]:
    """Tell what is wrong by the protocol's own words, whatever the model thinks."""
    ready = [job for jobs in contents.ready.values() for job in jobs]
    places = Counter([*ready, *contents.leases, *contents.delayed])
    known = Counter(contents.records.keys())
    rules = {
        "each job is in exactly one place": places == known,
        "a job is dead or alive": not contents.letters.keys() & contents.records.keys(),
        "each lease has one nonce": contents.nonces.keys() == contents.leases.keys(),
        "attempts belong to jobs": contents.attempts.keys() <= contents.records.keys(),
        "progress belongs to leases": contents.progress.keys() <= contents.leases.keys(),
        "each dead letter has its time": contents.letters.keys() == set(contents.deaths),
        "the bound holds": len(contents.records) <= bound,
    }
    return [rule for rule, holds in rules.items() if not holds]


def observe(raw: redis.Redis, keys: Keys, workers: tuple[str, ...]) -> Contents:
    """Read Redis; nobody else may write meanwhile."""
    pipe = raw.pipeline(transaction=False)
    for key in (keys.job, keys.nonce, keys.attempts, keys.progress, keys.dead, keys.reason):
        pipe.hgetall(key)
    for key in (keys.leases, keys.delayed, keys.dead_by_time):
        pipe.zrange(key, 0, -1, withscores=True)
    pipe.exists(keys.paused)
    for lane in keys.lanes:
        pipe.lrange(keys.ready(lane), 0, -1)
        pipe.llen(keys.wake(lane))
    for worker in workers:
        pipe.get(keys.claim(worker))
    job, nonce, attempts, progress, dead, reason, leases, delayed, deaths, paused, *rest = (
        pipe.execute()
    )
    by_lane, claims = rest[: 2 * len(keys.lanes)], rest[2 * len(keys.lanes) :]
    return Contents(
        records={identity.decode(): _record(record) for identity, record in job.items()},
        ready={
            lane: [identity.decode() for identity in reversed(ids)]
            for lane, ids in zip(keys.lanes, by_lane[0::2], strict=True)
        },
        leases=_passed(leases),
        delayed=_passed(delayed),
        nonces={identity.decode(): token.decode() for identity, token in nonce.items()},
        attempts={identity.decode(): int(n) for identity, n in attempts.items() if int(n)},
        progress={identity.decode(): float(share) for identity, share in progress.items()},
        letters={
            identity.decode(): _letter(dead[identity], reason[identity])
            for identity in dead.keys() & reason.keys()
        },
        unpaired={identity.decode() for identity in dead.keys() ^ reason.keys()},
        deaths=[identity.decode() for identity, _ in deaths],
        claims={worker: _claim(last) for worker, last in zip(workers, claims, strict=True) if last},
        wake=dict(zip(keys.lanes, by_lane[1::2], strict=True)),
        paused=paused == 1,
    )


def _passed(scored: list[tuple[bytes, float]]) -> dict[str, bool]:
    return {identity.decode(): moment < PAST_MS for identity, moment in scored}


def _record(record: bytes) -> tuple[str, bytes]:
    lane, _, payload = record.split(b" ", 2)
    return lane.decode(), payload


def _letter(record: bytes, reason: bytes) -> Letter:
    lane, payload = _record(record)
    why: dict[str, Any] = json.loads(reason)
    return Letter(lane, payload, why["attempts"], why["category"], why["detail"])


def _claim(last: bytes) -> tuple[str, tuple[str, ...]]:
    token, *ids = last.decode().split(" ")
    return token, tuple(ids)

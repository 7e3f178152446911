"""What Redis itself holds of a queue, read key by key, and what must always hold of it.

Nothing of the queue's code is used but the names of its keys, so a mistake there can't hide here.
"""

from collections import Counter
from dataclasses import dataclass

from fiblab.queue import Keys, Policy
from fiblab.redis import Connection

#: Wake tokens that a lane keeps at most.
WAKE_TOKENS = 16

#: What TTL answers for a key that lives for ever.
_NO_TTL = -1

#: A moment long past by any server's clock, in ms since 1970.
_LONG_AGO_MS = 1


@dataclass(frozen=True, slots=True)
class RawState:
    """Everything in the database, as it is stored."""

    ready: dict[str, list[str]]
    """Per lane, the next job last."""
    leases: dict[str, float]
    delayed: dict[str, float]
    job: dict[str, str]
    attempts: dict[str, str]
    nonce: dict[str, str]
    progress: dict[str, str]
    dead: dict[str, str]
    reason: dict[str, str]
    dead_by_time: dict[str, float]
    wake: dict[str, int]
    """Tokens per lane."""
    events: list[str]
    """Kinds of the stream's entries, the oldest first."""
    paused: bool
    others: dict[str, str]
    """Strings that are no part of the fixed set of keys: the workers' last claims."""


async def read(raw: Connection, keys: Keys) -> RawState:
    """Read it all; not one step, so nobody else may write meanwhile."""
    return RawState(
        ready={lane: await _list(raw, keys.ready(lane)) for lane in keys.lanes},
        leases=await _zset(raw, keys.leases),
        delayed=await _zset(raw, keys.delayed),
        job=await _hash(raw, keys.job),
        attempts=await _hash(raw, keys.attempts),
        nonce=await _hash(raw, keys.nonce),
        progress=await _hash(raw, keys.progress),
        dead=await _hash(raw, keys.dead),
        reason=await _hash(raw, keys.reason),
        dead_by_time=await _zset(raw, keys.dead_by_time),
        wake={lane: len(await _list(raw, keys.wake(lane))) for lane in keys.lanes},
        events=await _event_kinds(raw, keys.events),
        paused=await raw.execute("EXISTS", keys.paused) == 1,
        others=await _others(raw, keys),
    )


async def expire_lease(raw: Connection, keys: Keys, job: str, ended_ms: int = _LONG_AGO_MS) -> None:
    """Let a job's lease be over, as if its visibility timeout had passed."""
    assert await raw.execute("ZADD", keys.leases, "XX", "CH", ended_ms, job) == 1


async def make_due(raw: Connection, keys: Keys, job: str) -> None:
    """Let a delayed job be due, as if its backoff had passed."""
    assert await raw.execute("ZADD", keys.delayed, "XX", "CH", _LONG_AGO_MS, job) == 1


async def server_ms(raw: Connection) -> int:
    """Read the server's clock, in ms since 1970."""
    seconds, micros = _texts(await raw.execute("TIME"))
    return int(seconds) * 1000 + int(micros) // 1000


async def check_invariants(raw: Connection, keys: Keys, policy: Policy) -> None:
    """Assert what the protocol promises of the stored state at any moment, by its numbers."""
    state = await read(raw, keys)
    _in_exactly_one_place(state)
    _one_nonce_for_each_lease(state)
    claims = max(map(int, state.attempts.values()), default=0)
    assert claims <= policy.max_attempts, "invariant 6: a job was claimed too often"
    assert len(state.job) <= policy.bound, "invariant 8: the bound is passed"
    _dead_letters_agree(state, policy)
    await _only_fixed_keys_live_for_ever(raw, keys)
    assert max(state.wake.values()) <= WAKE_TOKENS, "invariant 11: wake tokens pile up"


def _in_exactly_one_place(state: RawState) -> None:
    """Invariant 4: lists, zsets and records agree, both ways."""
    waiting = [job for ids in state.ready.values() for job in ids]
    places = Counter([*waiting, *state.leases, *state.delayed])
    assert places == Counter(state.job.keys()), "invariant 4: not each record in exactly one place"
    assert not state.dead.keys() & state.job.keys(), "invariant 4: dead, yet in the queue"
    assert state.attempts.keys() <= state.job.keys(), "invariant 4: attempts of a job that is gone"
    assert state.progress.keys() <= state.leases.keys(), "invariant 4: progress of no running job"
    for lane, ids in state.ready.items():
        for job in ids:
            assert state.job[job].split(" ")[0] == lane, f"invariant 4: {job} waits in {lane}"


def _one_nonce_for_each_lease(state: RawState) -> None:
    """Invariant 5: who may complete a job is who holds its lease, and nobody else."""
    assert state.nonce.keys() == state.leases.keys(), "invariant 5: nonces and leases disagree"


def _dead_letters_agree(state: RawState, policy: Policy) -> None:
    """Invariants 4 and 11: each dead letter has its record, its reason, its time; the cap holds."""
    assert state.dead.keys() == state.reason.keys() == state.dead_by_time.keys()
    assert len(state.dead) <= policy.dead_letter_cap, "invariant 11: too many dead letters"


async def _only_fixed_keys_live_for_ever(raw: Connection, keys: Keys) -> None:
    """Invariant 11: nothing grows with the number of workers or jobs ever seen."""
    for key in _texts(await raw.execute("KEYS", "*")):
        if key not in keys.all:
            assert await raw.execute("TTL", key) != _NO_TTL, f"invariant 11: {key} has no TTL"


async def _others(raw: Connection, keys: Keys) -> dict[str, str]:
    known = {*keys.all, keys.workers}
    found = sorted(set(_texts(await raw.execute("KEYS", "*"))) - known)
    return {key: _text(await raw.execute("GET", key)) for key in found}


async def _list(raw: Connection, key: str) -> list[str]:
    return _texts(await raw.execute("LRANGE", key, 0, -1))


async def _hash(raw: Connection, key: str) -> dict[str, str]:
    flat = _texts(await raw.execute("HGETALL", key))
    return dict(zip(flat[0::2], flat[1::2], strict=True))


async def _zset(raw: Connection, key: str) -> dict[str, float]:
    flat = _texts(await raw.execute("ZRANGE", key, 0, -1, "WITHSCORES"))
    return dict(zip(flat[0::2], map(float, flat[1::2]), strict=True))


async def _event_kinds(raw: Connection, key: str) -> list[str]:
    entries = await raw.execute("XRANGE", key, "-", "+")
    assert isinstance(entries, list)
    return [_kind(entry) for entry in entries]


def _kind(entry: object) -> str:
    """Give the value of an entry's first field, `kind`."""
    assert isinstance(entry, list)
    _, fields = entry
    return _texts(fields)[1]


def _texts(reply: object) -> list[str]:
    assert isinstance(reply, list)
    return [_text(item) for item in reply]


def _text(item: object) -> str:
    assert isinstance(item, bytes)
    return item.decode("latin-1")  # payloads are any bytes

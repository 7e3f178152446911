"""When two states are one: nonces matter only by equality, workers only by what they do.

Sound, because no script does more with a nonce than compare it, and because a worker's last claim
is read only when that claim is repeated.
"""

from collections.abc import Iterator

from fiblab.lab.exploration.calls import Call
from fiblab.lab.exploration.contents import EMPTY, Contents
from fiblab.lab.exploration.state import State, Worker


def nonces_of(state: State) -> Iterator[str]:
    """List the nonces that are anywhere, in a fixed order, some of them twice."""
    for worker in state.workers:
        if worker.token:
            yield worker.token
        if worker.lease:
            yield worker.lease[1]
    for call in state.late:
        yield from (nonce for _, nonce in call.leases)
        yield from (call.token,) if call.token else ()
    for contents in (state.redis, state.snapshot or EMPTY):
        yield from (nonce for _, nonce in contents.nonces)
        yield from (last.split(" ", 1)[0] for _, last in contents.claims)


def fresh_nonce(state: State) -> str:
    """Give a nonce that is nowhere and never was: as good as 128 random bits."""
    return f"n{max(len(set(nonces_of(state))), state.drawn) + 1}"


def canonical(state: State) -> State:
    """Forget claims that nobody repeats, order the workers, number nonces as they appear."""
    state = _ordered(state)
    names: dict[str, str] = {}
    for nonce in nonces_of(state):
        names.setdefault(nonce, f"n{len(names) + 1}")
    if all(old == new for old, new in names.items()):
        return state
    return state._replace(
        workers=tuple(_renamed_worker(worker, names) for worker in state.workers),
        late=tuple(_renamed_call(call, names) for call in state.late),
        redis=_renamed(state.redis, names),
        snapshot=state.snapshot and _renamed(state.snapshot, names),
    )


def _ordered(state: State) -> State:
    """Put the workers in their order, and forget the claims that nobody repeats."""
    order = sorted(range(len(state.workers)), key=lambda number: _rank(state, number))
    numbers = {old + 1: new + 1 for new, old in enumerate(order)}
    tokens = {worker.token for worker in state.workers} | {call.token for call in state.late}
    return state._replace(
        workers=tuple(state.workers[number] for number in order),
        redis=_with_claims(state.redis, tokens, numbers),
        snapshot=state.snapshot and _with_claims(state.snapshot, tokens, numbers),
        late=tuple(call._replace(worker=numbers.get(call.worker, 0)) for call in state.late),
        drawn=0,
        drawn_at_snapshot=0,
    )


def _rank(state: State, number: int) -> tuple[object, ...]:
    """Tell all that sets a worker apart from another, without its name or its nonces' names."""
    worker = state.workers[number]
    job, nonce = worker.lease or ("", "")
    at_redis = [_standing(one, job, nonce, worker.token) for one in (state.redis, state.snapshot)]
    late = [
        (call.verb, call.token == worker.token, worker.lease in call.leases)
        for call in state.late
        if call.worker == number + 1
    ]
    is_told_by = [nonce in (call.token, *(n for _, n in call.leases)) for call in state.late]
    return worker.at, job, bool(worker.token), *at_redis, late, is_told_by


def _standing(redis: Contents | None, job: str, nonce: str, token: str) -> tuple[object, ...]:
    """Tell whether a worker's lease holds, and what Redis remembers of the claim it repeats."""
    if redis is None or not (job or token):
        return ()
    holds = (redis.nonce_of(job) == nonce,) if job else ()
    if not token:
        return holds
    claimed = [last.split(" ", 1)[1] for _, last in redis.claims if last.startswith(f"{token} ")]
    held = sorted(one for one, holder in redis.nonces if holder == token)
    return *holds, claimed, held


def _with_claims(contents: Contents, tokens: set[str], numbers: dict[int, int]) -> Contents:
    if not contents.claims:
        return contents
    rows = [(numbers[w], last) for w, last in contents.claims if last.split(" ", 1)[0] in tokens]
    return contents._replace(claims=tuple(sorted(rows)))


def _renamed_worker(worker: Worker, names: dict[str, str]) -> Worker:
    lease = worker.lease and (worker.lease[0], names[worker.lease[1]])
    return worker._replace(token=names.get(worker.token, ""), lease=lease)


def _renamed_call(call: Call, names: dict[str, str]) -> Call:
    return call._replace(
        leases=tuple((job, names[nonce]) for job, nonce in call.leases),
        token=names.get(call.token, ""),
    )


def _renamed(contents: Contents, names: dict[str, str]) -> Contents:
    if not contents.nonces and not contents.claims:
        return contents
    return contents._replace(
        nonces=tuple((job, names[nonce]) for job, nonce in contents.nonces),
        claims=tuple((number, _renamed_claim(last, names)) for number, last in contents.claims),
    )


def _renamed_claim(last: str, names: dict[str, str]) -> str:
    nonce, jobs = last.split(" ", 1)
    return f"{names[nonce]} {jobs}"

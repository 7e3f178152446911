"""A worker's lane in small steps: lane.py and light_work.py with one job at a time.

complete and claim -> look -> store -> complete and claim; after a lost reply the same call again
"""

from collections.abc import Iterator

from fiblab.lab.exploration.calls import Call
from fiblab.lab.exploration.canonical import fresh_nonce
from fiblab.lab.exploration.real_redis import Reply
from fiblab.lab.exploration.scope import Design, Fault, Scope
from fiblab.lab.exploration.state import Lease, State, Worker, WorkerAt
from fiblab.lab.exploration.steps import Step, answered, failing_calls, moved

#: Steps that need a reply and are then over: the worker claims next.
_LAST_CALLS = {
    WorkerAt.FAILING: "fails, to be tried again",
    WorkerAt.GIVING_UP: "fails for good",
    WorkerAt.RELEASING: "gives its job back",
    WorkerAt.COMPLETING: "ends its job and claims no other",
}


def worker_steps(state: State, scope: Scope, design: Design) -> Iterator[Step]:
    """List what the workers may do."""
    for number, worker in enumerate(state.workers):
        if worker.at is WorkerAt.CALLING:
            yield from _claiming(state, number, worker, scope, design)
        elif worker.at in _LAST_CALLS:
            yield from _calling(state, number, worker, scope)
        else:
            yield from _working(state, number, worker, scope)
        if state.faults and Fault.KILL in scope.kinds and worker != Worker():
            killed = state.with_worker(number, Worker())
            yield moved(f"worker {number + 1}", "is killed", killed, is_fault=True)


def value_of(job: str) -> str:
    """Give the value that a job is for."""
    return f"F({job})"


def _claiming(
    state: State, number: int, worker: Worker, scope: Scope, design: Design
) -> Iterator[Step]:
    who = f"worker {number + 1}"
    token = worker.token or _drawn(state, design)
    state = state._replace(drawn=max(state.drawn, int(token[1:])))
    done = (worker.lease,) if worker.lease else ()
    call = Call("complete_and_claim", worker=number + 1, leases=done, token=token)
    yield answered(who, call, state, lambda after, reply: _claimed(after, number, reply, token))
    repeating = state.with_worker(number, worker._replace(token=token))
    yield from failing_calls(who, call, state, scope.kinds, repeating)
    if state.faults and Fault.SHUT_DOWN in scope.kinds and worker.lease and not worker.token:
        completing = state.with_worker(number, worker._replace(at=WorkerAt.COMPLETING))
        yield moved(who, _LAST_CALLS[WorkerAt.COMPLETING], completing, is_fault=True)


def _drawn(state: State, design: Design) -> str:
    return fresh_nonce(state) if design.random_nonces else f"n{state.drawn + 1}"


def _claimed(state: State, number: int, reply: Reply, token: str) -> State:
    match reply:
        case (_, ()):
            return state.with_worker(number, Worker())
        case (_, (str(job), *_)):
            held = Worker(WorkerAt.LOOKING, lease=(job, token))
            return state.with_worker(number, held)
    raise AssertionError(f"complete_and_claim answered {reply}")


def _calling(state: State, number: int, worker: Worker, scope: Scope) -> Iterator[Step]:
    who, lease = f"worker {number + 1}", _lease_of(worker)
    call = {
        WorkerAt.FAILING: Call("fail", leases=(lease,)),
        WorkerAt.GIVING_UP: Call("fail", leases=(lease,), is_retryable=False),
        WorkerAt.RELEASING: Call("release", leases=(lease,)),
        WorkerAt.COMPLETING: Call("complete", leases=(lease,)),
    }[worker.at]
    yield answered(who, call, state, lambda after, _: after.with_worker(number, Worker()))
    yield from failing_calls(who, call, state, scope.kinds)


def _working(state: State, number: int, worker: Worker, scope: Scope) -> Iterator[Step]:
    who, lease = f"worker {number + 1}", _lease_of(worker)
    done = Worker(WorkerAt.CALLING, lease=lease)
    if worker.at is WorkerAt.LOOKING:
        is_there = state.redis.has_value(lease[0])
        at = done if is_there else worker._replace(at=WorkerAt.STORING)
        what = "finds a value" if is_there else "finds no value"
        yield moved(who, what, state.with_worker(number, at))
        yield from _endings(state, number, worker, scope)
    else:
        redis = state.redis.with_value(lease[0], value_of(lease[0]))
        stored = state._replace(redis=redis).with_worker(number, done)
        yield moved(who, f"stores F({lease[0]})", stored)
        if scope.heartbeats:
            beat = Call("heartbeat", leases=(lease,))
            yield answered(who, beat, state, lambda after, reply: _beaten(after, number, reply))


def _endings(state: State, number: int, worker: Worker, scope: Scope) -> Iterator[Step]:
    """List the ends of an attempt without a value; later in it they would change nothing more."""
    kinds = {
        WorkerAt.FAILING: Fault.FAIL,
        WorkerAt.GIVING_UP: Fault.FAIL,
        WorkerAt.RELEASING: Fault.SHUT_DOWN,
    }
    for at, kind in kinds.items():
        if state.faults and kind in scope.kinds:
            ending = state.with_worker(number, worker._replace(at=at))
            yield moved(f"worker {number + 1}", _LAST_CALLS[at], ending, is_fault=True)


def _beaten(state: State, number: int, reply: Reply) -> State:
    """Go on where the lease holds, leave the job where it is lost."""
    return state if reply == (1,) else state.with_worker(number, Worker())


def _lease_of(worker: Worker) -> Lease:
    assert worker.lease is not None  # noqa: S101 - a worker at work holds a job
    return worker.lease

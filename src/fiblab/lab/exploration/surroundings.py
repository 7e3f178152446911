"""The sweeper, readers, an operator, time, and what befalls Redis."""

from collections.abc import Iterator
from functools import partial

from fiblab.lab.exploration.calls import Call
from fiblab.lab.exploration.contents import EMPTY, over
from fiblab.lab.exploration.real_redis import Reply
from fiblab.lab.exploration.scope import Design, Fault, Scope
from fiblab.lab.exploration.state import State, Sweeper, SweeperAt
from fiblab.lab.exploration.steps import Step, answered, moved


def sweeper_steps(state: State, scope: Scope, design: Design) -> Iterator[Step]:
    """Settle one open index: where is its job, is there a value, what follows."""
    sweeper = state.sweeper
    if sweeper.at is SweeperAt.RESTING:
        if design.sweeps:
            for job in state.ledger.open_jobs():
                call = Call("status", job)
                yield answered("sweeper", call, state, partial(_seen, job))
        return
    rested = state._replace(sweeper=Sweeper())
    if sweeper.at is SweeperAt.LOOKING:
        yield moved("sweeper", f"looks for F({sweeper.job})", _looked(state))
    elif sweeper.at is SweeperAt.CLOSING:
        ledger = state.ledger.closed(sweeper.job, sweeper.verdict)
        what = f"closes F({sweeper.job}) as {sweeper.verdict}"
        yield moved("sweeper", what, rested._replace(ledger=ledger))
    else:
        call = Call("enqueue", sweeper.job)
        yield answered("sweeper", call, state, lambda after, _: after._replace(sweeper=Sweeper()))
    if state.faults and Fault.KILL in scope.kinds:
        yield moved("sweeper", "is killed", rested, is_fault=True)


def _seen(job: str, state: State, reply: Reply) -> State:
    match reply:
        case ((str(where), _, _, str(reason)),) if where in {"dead", "gone"}:
            verdict = "failed" if reason else where
            return state._replace(sweeper=Sweeper(SweeperAt.LOOKING, job, verdict))
    return state


def _looked(state: State) -> State:
    sweeper = state.sweeper
    if state.redis.has_value(sweeper.job):
        after = sweeper._replace(at=SweeperAt.CLOSING, verdict="done")
    elif sweeper.verdict == "failed":
        after = sweeper._replace(at=SweeperAt.CLOSING)
    elif sweeper.verdict == "gone":
        after = sweeper._replace(at=SweeperAt.ENQUEUEING)
    else:
        after = Sweeper()
    return state._replace(sweeper=after)


def reader_steps(state: State) -> Iterator[Step]:
    """Let somebody read an index that was counted and is lost: looking_up.py queues it again."""
    redis, open_jobs = state.redis, state.ledger.open_jobs()
    for job, _ in state.ledger.counts:
        is_lost = job not in (*redis.jobs, *redis.dead) and not redis.has_value(job)
        if is_lost and job not in open_jobs:
            call = Call("enqueue", job)
            yield answered("reader", call, state, lambda after, _: after)


def operator_steps(state: State, scope: Scope) -> Iterator[Step]:
    """Requeue or discard a dead letter."""
    if not state.faults or Fault.OPERATE not in scope.kinds:
        return
    fewer = state._replace(faults=state.faults - 1)
    for job in state.redis.dead:
        for call in (Call("requeue", job), Call("discard", job)):
            step = answered("operator", call, fewer, lambda after, _: after)
            yield Step(step.who, step.what, step.then, call, is_fault=True)


def time_steps(state: State, scope: Scope) -> Iterator[Step]:
    """Let a delay be over, or a lease: of a dead worker as it comes, of a live one as a fault."""
    redis = state.redis
    for job, is_due in redis.delayed:
        if not is_due:
            due = state._replace(redis=redis._replace(delayed=over(redis.delayed, job)))
            yield moved("time", f"the delay of job {job} is over", due)
    in_hand = {worker.token for worker in state.workers}
    in_hand |= {worker.lease[1] for worker in state.workers if worker.lease}
    for job, is_over in redis.leases:
        is_fault = redis.nonce_of(job) in in_hand
        if not is_over and (not is_fault or (state.faults and Fault.EXPIRE in scope.kinds)):
            expired = state._replace(redis=redis._replace(leases=over(redis.leases, job)))
            yield moved("time", f"the lease of job {job} expires", expired, is_fault=is_fault)


def late_steps(state: State) -> Iterator[Step]:
    """Carry out a call whose caller has given it up: nobody hears the answer."""
    for call in state.late:
        step = answered("Redis", call, state._replace(late=()), lambda after, _: after)
        yield Step(step.who, f"carries out late {call}", step.then, call)


def redis_faults(state: State, scope: Scope, design: Design) -> Iterator[Step]:
    """Let Redis write itself down, fall back to that, or come back empty."""
    redis = state.redis
    if state.faults and Fault.WIPE in scope.kinds and redis != EMPTY:
        wiped = state._replace(redis=EMPTY, drawn=state.drawn if design.random_nonces else 0)
        yield moved("Redis", "comes back empty", wiped, is_fault=True)
    if state.faults and Fault.ROLL_BACK in scope.kinds and state.snapshot is None:
        kept = state._replace(snapshot=redis, drawn_at_snapshot=state.drawn)
        yield moved("Redis", "writes itself down for the last time", kept, is_fault=True)
    if state.snapshot is not None and state.snapshot != redis:
        drawn = state.drawn if design.random_nonces else state.drawn_at_snapshot
        fallen = state._replace(
            redis=state.snapshot, snapshot=None, drawn=drawn, drawn_at_snapshot=0
        )
        step = moved("Redis", "is killed, and has only what it had written down", fallen)
        yield Step(step.who, step.what, step.then, is_fault=True)

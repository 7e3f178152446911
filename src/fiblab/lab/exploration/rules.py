"""The protocol's invariants, each as a look at one state, one call, or one end.

The numbers are those of `fiblab.lab.checker.invariants`.
"""

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from fiblab.lab.exploration.calls import Call
from fiblab.lab.exploration.clients import key_of
from fiblab.lab.exploration.contents import Contents
from fiblab.lab.exploration.real_redis import ERROR, Outcome, Reply
from fiblab.lab.exploration.scope import Scope
from fiblab.lab.exploration.state import ClientAt, State
from fiblab.lab.exploration.workers import value_of


class Breach(NamedTuple):
    """An invariant's number, and what was seen."""

    invariant: int
    what: str


def check_call(before: Contents, call: Call, outcome: Outcome, scope: Scope) -> Iterator[Breach]:
    """Check what a call did, and what the same call did when it came twice."""
    after = outcome.after
    if isinstance(outcome.reply, str) and outcome.reply.startswith(ERROR):
        yield Breach(4, f"{call.verb} stopped halfway: {outcome.reply}")
        return
    yield from _check_holds(before, call, after)
    yield from _check_stale(before, call, outcome)
    yield from check_contents(after, scope)
    yield from _check_attempts(before, call, outcome, scope)
    yield from _check_last_attempt(before, call, after, scope)
    if outcome.after_twice != after:
        yield Breach(9, f"{call.verb}, called twice, did more than once")


def _check_holds(before: Contents, call: Call, after: Contents) -> Iterator[Breach]:
    """Invariant 5: a live lease is ended by nobody who does not present its nonce."""
    live = {job for job, is_over in before.leases if not is_over}
    for job, nonce in before.nonces:
        is_holder = (job, nonce) in call.leases or nonce == call.token
        if job in live and after.nonce_of(job) != nonce and not is_holder:
            yield Breach(5, f"the live lease of job {job} was ended by one who does not hold it")


def _check_stale(before: Contents, call: Call, outcome: Outcome) -> Iterator[Breach]:
    """Invariant 5: who has lost a lease changes nothing by it, and is told so."""
    for at, (job, nonce) in enumerate(call.leases):
        holds = before.nonce_of(job) == nonce
        if not holds and not call.token and outcome.after != before:
            yield Breach(5, f"a stale {call.verb} of job {job} changed something")
        if _says_held(call.verb, outcome.reply, at) != holds:
            said = "stale" if holds else "held"
            yield Breach(5, f"{call.verb} said that a lease of job {job} was {said}; it was not")


def _says_held(verb: str, reply: Reply, at: int) -> bool:
    assert isinstance(reply, tuple)  # noqa: S101 - each of these scripts returns a table
    if verb == "fail":
        return reply[0] != 0
    flags = reply[0] if verb == "complete_and_claim" else reply
    assert isinstance(flags, tuple)  # noqa: S101 - one flag for each lease
    return flags[at] == 1


def _check_attempts(
    before: Contents, call: Call, outcome: Outcome, scope: Scope
) -> Iterator[Breach]:
    """Invariant 6: a claim counts at once, within the limit; a job given back has not counted."""
    after = outcome.after
    for job in after.jobs:
        counted = after.attempts_of(job) - before.attempts_of(job)
        is_granted = after.nonce_of(job) == call.token and before.nonce_of(job) != call.token
        due = 1 if call.token and is_granted else 0
        if call.verb == "release" and (job, before.nonce_of(job)) in call.leases:
            due = -1
        if job in before.jobs and counted != due:
            yield Breach(6, f"{call.verb} counted {counted} attempts of job {job}, not {due}")
        if after.attempts_of(job) > scope.limits.max_attempts:
            yield Breach(6, f"job {job} was claimed {after.attempts_of(job)} times")


def _check_last_attempt(
    before: Contents, call: Call, after: Contents, scope: Scope
) -> Iterator[Breach]:
    """Invariant 6: after the last attempt, or one that can't be repeated, a job is dead."""
    if call.verb != "fail":
        return
    ((job, nonce),) = call.leases
    is_last = before.attempts_of(job) >= scope.limits.max_attempts or not call.is_retryable
    if before.nonce_of(job) == nonce and is_last != (job in after.dead):
        end = "its last attempt" if is_last else "an attempt with more to come"
        yield Breach(6, f"{end} failed, and job {job} is {'not ' if is_last else ''}dead")


def check_contents(redis: Contents, scope: Scope) -> Iterator[Breach]:
    """Check that what Redis holds agrees with itself."""
    yield from _check_places(redis)
    yield from _check_hashes(redis)
    if len(redis.jobs) > scope.limits.bound:
        yield Breach(8, f"{len(redis.jobs)} jobs in a queue of at most {scope.limits.bound}")
    for number, text in redis.values:
        if text != value_of(str(number)):
            yield Breach(7, f"F({number}) is stored as {text}")
    if redis.strays:
        yield Breach(11, f"keys that live without TTL: {', '.join(redis.strays)}")
    if len(redis.dead) > scope.limits.dead_letter_cap:
        yield Breach(11, f"{len(redis.dead)} dead letters are kept")


def _check_places(redis: Contents) -> Iterator[Breach]:
    """Invariant 4: a job that has a record is in one place, one that has none is in no place."""
    leased, delayed = [job for job, _ in redis.leases], [job for job, _ in redis.delayed]
    places = Counter([*redis.ready, *leased, *delayed])
    for job in sorted({*redis.jobs, *places}):
        if places[job] != (job in redis.jobs):
            recorded = "a record" if job in redis.jobs else "no record"
            yield Breach(4, f"job {job} has {recorded}, and stands in {places[job]} places")
    for job in set(redis.jobs) & set(redis.dead):
        yield Breach(4, f"job {job} is in the queue and dead")


def _check_hashes(redis: Contents) -> Iterator[Breach]:
    leased = {job for job, _ in redis.leases}
    if {job for job, _ in redis.nonces} != leased:
        yield Breach(4, "leases and nonces disagree")
    if not {job for job, _ in redis.attempts} <= set(redis.jobs):
        yield Breach(4, "attempts are kept of a job that has no record")
    if not set(redis.progress) <= leased:
        yield Breach(4, "progress is kept of a job that nobody holds")
    if not set(redis.dead) == {job for job, *_ in redis.reasons} == set(redis.died):
        yield Breach(4, "dead letters, reasons and times of death disagree")


def check_state(state: State) -> Iterator[Breach]:
    """Check who was told what, and who holds what."""
    for number, client in enumerate(state.clients):
        has_row = state.ledger.has(key_of(number, client))
        if client.at is ClientAt.ACCEPTED and not has_row:
            yield Breach(1, f"client {number + 1} was accepted, and has no row")
        if client.at is ClientAt.REFUSED and not client.unsure and has_row:
            yield Breach(2, f"client {number + 1} was refused, and has a row")
    holds = Counter(worker.lease for worker in state.workers if worker.lease)
    for (job, nonce), holders in holds.items():
        if holders > 1:
            yield Breach(5, f"two workers hold job {job} by {nonce}")


def check_end(state: State) -> Iterator[Breach]:
    """Check a state in which nothing more happens by itself: nobody may be owed anything."""
    yield from _check_counts(state)
    yield from _check_rows(state)
    if state.redis.leases:
        yield Breach(12, "a lease is left when all is done")
    if state.redis.jobs:
        yield Breach(3, f"jobs are left: {', '.join(state.redis.jobs)}")


def _check_counts(state: State) -> Iterator[Breach]:
    """Invariant 1: one row for each accepted request, and a count that is the number of rows."""
    ledger = state.ledger
    rows = Counter(row.job for row in ledger.rows)
    for job in sorted({*rows, *dict(ledger.counts)}):
        if rows[job] != ledger.count(job):
            yield Breach(1, f"F({job}) has {rows[job]} rows and a count of {ledger.count(job)}")
    for number, client in enumerate(state.clients):
        own = [row.key for row in ledger.rows if row.key.split(",")[0] == f"key {number + 1}"]
        if len(own) > 1 or (client.is_told and not own):
            yield Breach(1, f"the request of client {number + 1} has {len(own)} rows")


def _check_rows(state: State) -> Iterator[Breach]:
    """Invariant 3: what was accepted has ended, in a value or in a reason."""
    redis = state.redis
    for row in state.ledger.rows:
        if row.state == "open":
            yield Breach(3, f"{row.key} is owed F({row.job}), and nobody is about to deliver it")
        elif row.state == "done" and not redis.has_value(row.job) and row.job not in redis.dead:
            yield Breach(3, f"{row.key} was closed as done, and F({row.job}) is not there")


def check_new_request(job: str, state: State, outcome: Outcome) -> Iterator[Breach]:
    """Invariant 10: at an end a new request is answered, or its job is in a lane."""
    if not state.redis.has_value(job) and job not in outcome.after.ready:
        yield Breach(10, f"a new request for F({job}) is neither answered nor queued")

"""Mistakes that a queue's Lua may hold, each of which the state machine must find."""

from .mutant import Mutant

#: Scripts that claim.
CLAIMING = ("claim", "complete_and_claim")

#: Scripts that end jobs.
COMPLETING = ("complete", "complete_and_claim")

MUTANTS = (
    Mutant(
        "complete asks for no nonce",
        COMPLETING,
        "local holds_still = held[at] == nonces[at] and not seen[id]",
        "local holds_still = redis.call('HEXISTS', key.job, id) == 1 and not seen[id]",
    ),
    Mutant(
        "heartbeat asks for no nonce",
        ("heartbeat",),
        "local held = holds(id, nonce)",
        "local held = redis.call('HEXISTS', key.nonce, id) == 1",
    ),
    Mutant(
        "fail asks for no nonce",
        ("fail",),
        "if not holds(id, nonce) then",
        "if redis.call('HEXISTS', key.nonce, id) == 0 then",
    ),
    Mutant(
        "release asks for no nonce",
        ("release",),
        "local held = holds(id, nonce)",
        "local held = redis.call('HEXISTS', key.nonce, id) == 1",
    ),
    Mutant(
        "an attempt counts when it ends, not when it is claimed",
        CLAIMING,
        "counts[2 * at] = id, attempts[at]\n",
        "counts[2 * at] = id, attempts[at] - 1\n",
    ),
    Mutant(
        "a job may be claimed once too often",
        CLAIMING,
        "if attempt > claim.max_attempts then",
        "if attempt > claim.max_attempts + 1 then",
    ),
    Mutant(
        "fail retries once too often",
        ("fail",),
        "attempts >= max_attempts",
        "attempts > max_attempts",
    ),
    Mutant(
        "a failure that can't be retried is",
        ("fail",),
        "if not retryable or",
        "if",
    ),
    Mutant(
        "complete leaves the record, so the job can't be asked for again",
        COMPLETING,
        "  write_all('HDEL', key.job, ids)\n",
        "",
    ),
    Mutant(
        "complete leaves the attempts to the next job of that id",
        COMPLETING,
        "  write_all('HDEL', key.attempts, ids)\n",
        "",
    ),
    Mutant(
        "a job that is due stays delayed too",
        CLAIMING,
        "redis.call('ZREM', key.delayed, id)",
        "",
    ),
    Mutant(
        "delayed jobs never become due",
        CLAIMING,
        "  promote_delayed()\n",
        "",
    ),
    Mutant(
        "expired leases are not taken back",
        CLAIMING,
        "  take_back_expired()\n",
        "",
    ),
    Mutant(
        "an expired lease stays valid beside the new one",
        CLAIMING,
        "end_leases({ id })\n      push_head(lane, id)",
        "redis.call('ZREM', key.leases, id)\n      push_head(lane, id)",
    ),
    Mutant(
        "an expired job waits at the tail",
        CLAIMING,
        "end_leases({ id })\n      push_head(lane, id)",
        "end_leases({ id })\n      push_tail(lane, { id })",
    ),
    Mutant(
        "the bound is off by one",
        ("enqueue",),
        "redis.call('HLEN', key.job) + #new > bound",
        "redis.call('HLEN', key.job) + #new > bound + 1",
    ),
    Mutant(
        "requeue passes the bound",
        ("requeue",),
        "if redis.call('HLEN', key.job) >= bound then return FULL end",
        "",
    ),
    Mutant(
        "a range is taken in part",
        ("enqueue",),
        "local full = #new > 0 and redis.call('HLEN', key.job) + #new > bound",
        "local full = false",
    ),
    Mutant(
        "enqueue forgets to deduplicate",
        ("enqueue",),
        "local is_new = not records[number] and not seen[id]",
        "local is_new = not seen[id]",
    ),
    Mutant(
        "an old dead letter stays when its job is asked for again",
        ("enqueue",),
        "  drop_dead_letters(ids)\n",
        "",
    ),
    Mutant(
        "nobody is woken",
        ("enqueue",),
        "    wake_lane(lane, #added)\n",
        "",
    ),
    Mutant(
        "release keeps the attempt",
        ("release",),
        "redis.call('HINCRBY', key.attempts, id, -1)",
        "",
    ),
    Mutant(
        "release puts the job at the tail",
        ("release",),
        "push_head(lane, id)\n  wake_lane(lane, 1)",
        "push_tail(lane, { id })\n  wake_lane(lane, 1)",
    ),
    Mutant(
        "a claim repeated after a lost reply takes more jobs",
        CLAIMING,
        "if #ids == 0 then ids, attempts = claim_anew(claim) end",
        "ids, attempts = claim_anew(claim)",
    ),
    Mutant(
        "a claim forgets what it took",
        CLAIMING,
        "claim.nonce .. ' ' .. table.concat(ids, ' ')",
        "'0 ' .. table.concat(ids, ' ')",
    ),
    Mutant(
        "a repeated claim gives jobs that it has lost",
        CLAIMING,
        "if holds(id, nonce) then still",
        "if redis.call('HEXISTS', key.job, id) == 1 then still",
    ),
    Mutant(
        "a pause is ignored",
        CLAIMING,
        "if redis.call('EXISTS', key.paused) == 1 then return {}, {} end",
        "",
    ),
    Mutant(
        "lanes are emptied in the queue's order, not the worker's",
        CLAIMING,
        "in ipairs(claim.lanes) do",
        "in ipairs(lanes) do",
    ),
    Mutant(
        "a job given up is dropped without a dead letter",
        (*CLAIMING, "fail"),
        "  redis.call('ZADD', key.dead_by_time, now, id)\n",
        "  drop_dead_letters({ id })\n",
    ),
    Mutant(
        "dead letters pile up",
        (*CLAIMING, "fail"),
        "  trim_dead_letters(cap)\n",
        "",
    ),
    Mutant(
        "a job given up keeps its attempts when it starts anew",
        (*CLAIMING, "fail"),
        "  write_all('HDEL', key.attempts, ids)\n",
        "",
    ),
    Mutant(
        "discard leaves the record of the dead letter",
        ("discard",),
        "  write_all('HDEL', key.dead, ids)\n",
        "",
    ),
    Mutant(
        "progress outlives the attempt",
        ("fail", "release"),
        "then write_all('HDEL', key.progress, ids) end",
        "then end",
    ),
    Mutant(
        "heartbeat prolongs nothing",
        ("heartbeat",),
        "redis.call('ZADD', key.leases, now + visibility_ms, id)",
        "",
    ),
    Mutant(
        "a transition goes unnoted",
        COMPLETING,
        "note('completed', id)",
        "",
    ),
    Mutant(
        "a job is called ready while it is delayed",
        ("status",),
        "state = 'delayed'",
        "state = 'ready'",
    ),
)

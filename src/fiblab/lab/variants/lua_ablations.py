"""Patterns that stand in the queue's Lua, each taken away."""

from fiblab.lab.variants.ablation import Ablation
from fiblab.lab.variants.lua_places import BURYING, CLAIMING, COMPLETING, in_admit, in_queue

LEASES = (
    Ablation(
        "no nonce",
        "Whoever completes a job ends it, whether it holds the lease or not.",
        (5,),
        in_queue(
            COMPLETING,
            "local holds_still = held[at] == nonces[at] and not seen[id]",
            "local holds_still = redis.call('HEXISTS', key.job, id) == 1 and not seen[id]",
        ),
    ),
    Ablation(
        "wall-clock safety",
        "A job may be completed while the clock says that its lease lasts, whoever's lease it is.",
        (5,),
        in_queue(
            COMPLETING,
            "local holds_still = held[at] == nonces[at] and not seen[id]",
            "local holds_still = tonumber(redis.call('ZSCORE', key.leases, id) or 0) > now",
        ),
    ),
    Ablation(
        "stale heartbeat prolongs",
        "A heartbeat gives a lease to whoever sends it.",
        (4, 5),
        in_queue(
            ("heartbeat",),
            "local held = holds(id, nonce)",
            "local held = redis.call('HEXISTS', key.job, id) == 1",
        ),
    ),
    Ablation(
        "pop without lease",
        "A claim takes the job out of its lane and notes nowhere who has it.",
        (3, 4, 5),
        in_queue(
            CLAIMING,
            "  write_all('HSET', key.nonce, nonces)\n  write_all('ZADD', key.leases, ends)\n",
            "",
        ),
    ),
    Ablation(
        "live leases stolen",
        "A claim takes back every lease, not only those that have expired.",
        (5,),
        in_queue(
            CLAIMING,
            "local expired = due(key.leases)",
            "local expired = redis.call('ZRANGE', key.leases, 0, -1)",
        ),
    ),
    Ablation(
        "expired job lost",
        "A lease that expires ends, and the job goes back into no lane.",
        (3, 4),
        in_queue(
            CLAIMING,
            "      end_leases({ id })\n      push_head(lane, id)\n      note('expired', id)",
            "      end_leases({ id })\n      note('expired', id)",
        ),
    ),
    Ablation(
        "lease outlives its job",
        "Completing a job drops its record and leaves its lease.",
        (4, 12),
        in_queue(
            COMPLETING,
            "  write_all('ZREM', key.leases, ids)\n",
            "",
        ),
    ),
    Ablation(
        "release not safe to repeat",
        "A release asks for no nonce, so that its repetition releases once more.",
        (4, 9),
        in_queue(
            ("release",),
            "local held = holds(id, nonce)",
            "local held = redis.call('HEXISTS', key.job, id) == 1",
        ),
    ),
    Ablation(
        "claims leak",
        "What a worker claimed last is kept for ever, one key for each worker there ever was.",
        (11,),
        in_queue(CLAIMING, ", 'PX', 2 * claim.visibility_ms)", ")"),
    ),
)

ATTEMPTS = (
    Ablation(
        "attempts counted on exception",
        "An attempt is counted when it fails, not when it is claimed: a dead worker's never is.",
        (6,),
        (
            *in_queue(
                CLAIMING,
                "counts[2 * at] = id, attempts[at]\n",
                "counts[2 * at] = id, attempts[at] - 1\n",
            ),
            *in_queue(
                ("fail",),
                "tonumber(redis.call('HGET', key.attempts, id))",
                "redis.call('HINCRBY', key.attempts, id, 1)",
            ),
        ),
    ),
    Ablation(
        "one attempt too many",
        "The limit of attempts is compared wrongly by one.",
        (6,),
        in_queue(
            CLAIMING,
            "if attempt > claim.max_attempts then",
            "if attempt > claim.max_attempts + 1 then",
        ),
    ),
    Ablation(
        "release keeps the attempt",
        "A job given back at a shutdown has used up an attempt, so that deploys kill it.",
        (6,),
        in_queue(("release",), "redis.call('HINCRBY', key.attempts, id, -1)", ""),
    ),
    Ablation(
        "delayed jobs forgotten",
        "A job that waits for its next attempt is never made ready.",
        (3,),
        in_queue(CLAIMING, "  promote_delayed()\n", ""),
    ),
)

DEAD_LETTERS = (
    Ablation(
        "dead letter without reason",
        "A job that is given up is kept, and why it was is not.",
        (3, 4),
        in_queue(
            BURYING,
            "  redis.call('HSET', key.reason, id,\n"
            "    cjson.encode({ attempts = attempts, category = category, detail = detail,"
            " died = now }))\n",
            "",
        ),
    ),
    Ablation(
        "dead id still deduplicated",
        "A job that is given up stays in the hash that deduplicates, so nobody can ask again.",
        (4, 10),
        in_queue(
            BURYING,
            "  forget({ id })\n  redis.call('HSET', key.dead",
            "  end_leases({ id })\n  redis.call('HSET', key.dead",
        ),
    ),
    Ablation(
        "dead letters pile up",
        "Dead letters are never trimmed.",
        (11,),
        in_queue(BURYING, "  trim_dead_letters(cap)\n", ""),
    ),
)

TAKING_IN = (
    Ablation(
        "dedup key left behind",
        "Completing a job leaves the record that deduplicates, so nobody can ask again.",
        (3, 4, 10),
        in_queue(COMPLETING, "  write_all('HDEL', key.job, ids)\n", ""),
    ),
    Ablation(
        "retry doubles a push",
        "Taking in a request pushes its job even where that is in the queue already.",
        (4, 9),
        in_admit("if redis.call('HEXISTS', key.job, id) == 1 then return PENDING end", ""),
    ),
    Ablation(
        "bound not held",
        "The queue takes whatever comes.",
        (8,),
        (
            *in_admit("redis.call('HLEN', key.job) + new > bound", "false"),
            *in_admit("if redis.call('HLEN', key.job) >= bound then return FULL end", ""),
        ),
    ),
)

LUA_ABLATIONS = (*LEASES, *ATTEMPTS, *DEAD_LETTERS, *TAKING_IN)

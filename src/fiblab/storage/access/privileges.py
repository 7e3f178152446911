"""What each service may do in PostgreSQL and in Redis: all that its code does, and nothing else.

Tests hold the lists against the code from both sides: real services run under these users, and
everything that no service does is refused.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Service(StrEnum):
    """A service that has users of its own in the stores."""

    SERVER = "server"
    WORKER = "worker"


#: Service -> table -> privileges, as GRANT takes them; a list in brackets names the columns.
TABLES: Mapping[Service, Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        Service.SERVER: {
            "request_ledger": ("select", "insert (request_id, index, state, closed_at)"),
            # `on conflict do update` reads what it adds to.
            "request_count": ("select", "insert (index, count)", "update (count)"),
            "fibonacci_value": ("select", "delete"),  # a corrupt value is dropped where it is found
        },
        Service.WORKER: {
            "request_ledger": (
                "select",
                "update (state, closed_at, failure_category, failure_detail, attempts)",
                "delete",  # rows beyond the idempotency window
            ),
            "fibonacci_value": ("select", "insert (index, digit_count, digits)", "delete"),
        },
    }
)

#: Limits of every session of a service, for a client that forgot its own: above the longest
#: statement, a 20 MB insert, and below what would hold up a migration unnoticed.
ROLE_LIMITS: Mapping[str, str] = MappingProxyType(
    {"statement_timeout": "30s", "lock_timeout": "5s"}
)

#: The keys of the queue and of the values; every partition's begin with its hash tag.
KEY_PATTERN = "{fiblab:*}:*"

#: What every connection says first. HELLO and AUTH need no permission.
_CONNECTION = ("ping", "select", "info", "eval", "evalsha")

#: What the scripts and commands of both services do.
_SHARED = (
    *("del", "exists", "get", "hdel", "hexists", "hget", "hgetall", "hlen", "hmget", "hset"),
    *("llen", "lpush", "rpush", "set", "time", "xadd", "zadd", "zcard", "zrange", "zrem"),
    "zscore",
)

#: Service -> Redis commands. Those within scripts are held against the user's permissions, too.
COMMANDS: Mapping[Service, tuple[str, ...]] = MappingProxyType(
    {
        Service.SERVER: (
            *(*_CONNECTION, *_SHARED, "lindex", "lrange", "zrevrange"),
            *("xrange", "xread", "xrevrange"),
        ),
        Service.WORKER: (
            *(*_CONNECTION, *_SHARED, "hincrby", "pexpire", "rpop"),
            *("blpop", "client|id", "client|unblock"),
        ),
    }
)

"""A Redis client for one purpose: many coroutines, one connection, no reply ever given to another.

`Address` says where, `Connection` multiplexes, `Script` runs Lua, `errors` says what may go wrong.
"""

from fiblab.redis.address import Address, Tls
from fiblab.redis.connection import Connection
from fiblab.redis.errors import (
    CommandError,
    RedisError,
    Refused,
    ReplyLost,
    ReplyTimeout,
    Unavailable,
)
from fiblab.redis.script import Script, load_script
from fiblab.redis.wire import Reply

__all__ = [
    "Address",
    "CommandError",
    "Connection",
    "RedisError",
    "Refused",
    "Reply",
    "ReplyLost",
    "ReplyTimeout",
    "Script",
    "Tls",
    "Unavailable",
    "load_script",
]

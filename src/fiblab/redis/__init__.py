"""A Redis client for one purpose: many coroutines, one connection, no reply ever given to another.

`Address` says where, `Connection` multiplexes, `Script` runs Lua, `errors` says what may go wrong.
"""

from .address import Address, Tls
from .connection import Connection
from .errors import (
    CommandError,
    RedisError,
    Refused,
    ReplyLost,
    ReplyTimeout,
    Unavailable,
)
from .script import Script, load_script
from .wire import Reply

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

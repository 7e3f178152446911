"""Where things are kept: value tiers, the ledger of requests and its counts.

Knows Redis and PostgreSQL, but neither HTTP nor the queue. `fiblab.storage.migrate` is imported by
name where it is needed, because only that needs yoyo and psycopg.
"""

from fiblab.storage.dense_validation import DenseReport
from fiblab.storage.encoding import CorruptValue, OnCorrupt, Tier
from fiblab.storage.errors import (
    POSTGRES_ERRORS,
    AccessFailed,
    KeyReused,
    LedgerError,
    LedgerIndefinite,
    LedgerUnavailable,
    MigrationFailed,
    StorageError,
    UnfitRedis,
)
from fiblab.storage.ledger import Ledger, LedgerEntry, Recorded
from fiblab.storage.open_requests import OpenRequests
from fiblab.storage.postgres_values import PostgresValues
from fiblab.storage.redis_requirements import is_unbounded, refuse_unfit
from fiblab.storage.redis_values import RedisValues
from fiblab.storage.remembered_values import RememberedValues
from fiblab.storage.requests import Requests
from fiblab.storage.value_keys import ValueKeys
from fiblab.storage.values import Values

__all__ = [
    "POSTGRES_ERRORS",
    "AccessFailed",
    "CorruptValue",
    "DenseReport",
    "KeyReused",
    "Ledger",
    "LedgerEntry",
    "LedgerError",
    "LedgerIndefinite",
    "LedgerUnavailable",
    "MigrationFailed",
    "OnCorrupt",
    "OpenRequests",
    "PostgresValues",
    "Recorded",
    "RedisValues",
    "RememberedValues",
    "Requests",
    "StorageError",
    "Tier",
    "UnfitRedis",
    "ValueKeys",
    "Values",
    "is_unbounded",
    "refuse_unfit",
]

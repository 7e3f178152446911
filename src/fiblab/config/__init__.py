"""The settings of each service: typed, read once, from the environment alone.

Every field's name in capitals, after `FIBLAB_`, is its environment variable; each
service's `.env.example` is generated from these classes (`fiblab config`). A bad
setting stops the start with a `BadSettings` that names it and says what to write.
"""

from fiblab.config.reading import BadSettings, env_example, load
from fiblab.config.settings import (
    PREFIX,
    SERVICES,
    FibonacciSettings,
    MigrateSettings,
    PostgresSettings,
    QueueSettings,
    ServerSettings,
    WorkerSettings,
)

__all__ = [
    "PREFIX",
    "SERVICES",
    "BadSettings",
    "FibonacciSettings",
    "MigrateSettings",
    "PostgresSettings",
    "QueueSettings",
    "ServerSettings",
    "WorkerSettings",
    "env_example",
    "load",
]

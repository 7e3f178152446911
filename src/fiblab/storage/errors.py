"""What can go wrong in the stores, as one tree.

StorageError
|-- LedgerError
|   |-- LedgerUnavailable   definite: nothing was recorded
|   |-- LedgerIndefinite    indefinite: it may have been recorded; repeat it with the same key
|   `-- KeyReused           definite: the key stands for another index
|-- MigrationFailed         definite for the step that failed, which was rolled back
|-- AccessFailed            definite for the user it names; those named before it have their rights
`-- UnfitRedis              definite: the server would lose jobs, or lacks commands
"""

import asyncpg

#: What asyncpg raises where PostgreSQL is away, late, or refuses; whether the work was done is not
#: said. The last is for a server that hangs up in the middle of an operation of several messages.
POSTGRES_ERRORS = (
    OSError,  # TimeoutError among them
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
)


class StorageError(Exception):
    """Any failure of the stores that callers are meant to handle."""


class LedgerError(StorageError):
    """A request could not be recorded, or not for certain."""


class LedgerUnavailable(LedgerError):  # noqa: N818 - names a state of the ledger, as the API does
    """Definite: nothing was recorded, so the request may be refused or repeated at will."""


class LedgerIndefinite(LedgerError):  # noqa: N818 - the standard word for an unknown outcome
    """Indefinite: the request was sent to Postgres and the outcome is unknown.

    Repeating it with the same request id records it exactly once.
    """


class KeyReused(LedgerError):  # noqa: N818 - says what the caller did
    """Definite: the request id stands for another index; nothing of the call was recorded."""

    def __init__(self, request_id: str, index: int, recorded_index: int) -> None:
        super().__init__(
            f"Request id {request_id!r} already stands for index {recorded_index}, not {index}."
            " Use a fresh key for another request."
        )
        self.request_id = request_id
        self.index = index
        self.recorded_index = recorded_index


class MigrationFailed(StorageError):  # noqa: N818 - says what happened
    """The database could not be brought to the wanted schema; the failed step was rolled back."""


class AccessFailed(StorageError):  # noqa: N818 - says what happened
    """A service's user could not be given what it needs, or is one that no grant can limit."""


class UnfitRedis(StorageError):  # noqa: N818 - says what the server is
    """The Redis server is too old, or may evict keys that nobody could restore."""

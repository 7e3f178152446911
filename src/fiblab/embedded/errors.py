"""What can go wrong with the stores of one machine, and what each error says about the outcome.

    EmbeddedError
    ├── ProgramMissingError   no usable Redis or PostgreSQL was found; nothing was started
    ├── StartError            a program ended or was not ready in time; it has been stopped
    ├── DataDirError          the folder cannot be used as it is; nothing in it was changed
    │   └── DataDirLockedError    another run is using it
    ├── PortBusyError         somebody else listens there; nothing was started
    └── OrderRefusedError     a process cannot be told that as it is; nothing was done
        └── NoSuchProcessError    there is no process of that name

All are definite: after any of them nothing is left running by the part that raised it.
"""


class EmbeddedError(RuntimeError):
    """The lab cannot run as asked; the message says why and what to do."""


class ProgramMissingError(EmbeddedError):
    """No usable server program was found."""


class StartError(EmbeddedError):
    """A child process ended, or was not ready in time; the message ends with its log's tail."""


class DataDirError(EmbeddedError):
    """The data folder cannot be used: not reachable, not writable, or of another version."""


class DataDirLockedError(DataDirError):
    """Another run is using the data folder."""


class PortBusyError(EmbeddedError):
    """Another program listens on the wanted port."""


class OrderRefusedError(EmbeddedError):
    """A supervised process cannot do what it was told, as it is now."""


class NoSuchProcessError(OrderRefusedError):
    """No supervised process bears that name."""

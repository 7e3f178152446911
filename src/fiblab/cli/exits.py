"""How a command ends: its exit codes, and the one error that carries them."""

from enum import IntEnum


class Exit(IntEnum):
    """Exit codes, the same for every command; `fiblab --help` lists them."""

    OK = 0
    FAILED = 1
    """It was tried and it failed, or a check found something wrong."""
    USAGE = 2
    """The command line or a setting is wrong; nothing was done."""
    UNREACHABLE = 3
    """A server or store could not be reached, or answered too late."""
    PENDING = 4
    """Accepted, and not finished: ask again, or give --wait."""
    DEAD = 5
    """The job was given up: it is a dead letter."""


class CommandFailed(Exception):  # noqa: N818 - reads as a sentence where it is raised
    """A command's end other than success: what went wrong, what to do, and the exit code."""

    def __init__(self, message: str, *, advice: str = "", code: Exit = Exit.FAILED) -> None:
        super().__init__(message)
        self.advice = advice
        self.code = code

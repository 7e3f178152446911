"""What can go wrong between a caller and Redis.

    RedisError
    ├── Unavailable       definite: nothing was sent; the background reconnect goes on
    │   └── Refused       definite: the server was reached and turns us away until a setting changes
    ├── ReplyLost         indefinite: sent, and the connection ended before the reply
    │   └── ReplyTimeout  indefinite: sent, and no reply within the time limit
    └── CommandError      the server's own error reply: definite, except for a script that had
                          already written (Redis keeps the writes made before a Lua error)

*Definite* means that the command had no effect and may be given again as it is. *Indefinite* means
that it may have had its effect: only a command that can run twice may be given again.
"""

from typing import Self


class RedisError(Exception):
    """Anything that kept a command from its reply."""


class Unavailable(RedisError):  # noqa: N818 - the state it names is the field's own term
    """Definite: there is no usable connection, so the command was not sent."""


class Refused(Unavailable):
    """Definite: Redis answers, but not us (password, TLS, version, database).

    Trying again helps only after someone has changed a setting; the message says which.
    """


class ReplyLost(RedisError):  # noqa: N818 - says what happened; "Error" would say less
    """Indefinite: the command was sent, and the connection ended before its reply."""


class ReplyTimeout(ReplyLost):
    """Indefinite: the command was sent, and no reply came within the reply timeout."""


class CommandError(RedisError):
    """The server's own error reply to one command.

    `code` is its first word (`NOSCRIPT`, `OOM`, `READONLY`, `ERR`), `message` the rest.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message

    def __str__(self) -> str:
        return f"{self.code} {self.message}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Split an error reply such as `OOM command not allowed` into code and message."""
        code, _, message = text.partition(" ")
        return cls(code, message)

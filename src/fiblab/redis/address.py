"""Where a Redis server is, and who we are to it: what a Redis URL says."""

import ssl
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from fiblab.redis.errors import Refused

#: Redis's registered port, for a URL that names none.
DEFAULT_PORT = 6379

#: Query parameters that a URL may carry: scheme -> names.
_PARAMETERS = {
    "redis": frozenset({"db"}),
    "rediss": frozenset({"db", "ssl_ca_certs"}),
    "unix": frozenset({"db"}),
}


@dataclass(frozen=True, slots=True)
class Tls:
    """Encrypt, and check the server's certificate and host name.

    `ca_file` is a PEM file of the authorities to trust; without it, the system's own.
    """

    ca_file: str | None = None

    def context(self) -> ssl.SSLContext:
        """Read the authorities from disk; raises `Refused` for a file that cannot be used."""
        try:
            return ssl.create_default_context(cafile=self.ca_file)
        except OSError as error:  # ssl.SSLError, for a file that is not PEM, is one too
            raise Refused(
                f"cannot read the CA file {self.ca_file!r} ({error}): "
                "let ssl_ca_certs in the Redis URL name a readable PEM file"
            ) from error


@dataclass(frozen=True, slots=True)
class Address:
    """A server (`unix_path`, or `host` and `port`) and how to log in to it.

    Neither `repr` nor `str` shows the password.
    """

    host: str = "127.0.0.1"
    port: int = DEFAULT_PORT
    unix_path: str | None = None
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    database: int = 0
    tls: Tls | None = None

    def __str__(self) -> str:
        """Say where it is, in words fit for a log line: no user, no password."""
        if self.unix_path is not None:
            return f"unix://{self.unix_path}?db={self.database}"
        host = f"[{self.host}]" if ":" in self.host else self.host
        scheme = "redis" if self.tls is None else "rediss"
        return f"{scheme}://{host}:{self.port}/{self.database}"

    @classmethod
    def parse(cls, url: str) -> Self:
        """Read `redis://[[user]:password@]host[:port][/database]`, `rediss://` or `unix://`.

        `rediss://` takes `?ssl_ca_certs=<PEM file>`, `unix:///path/to.sock` takes `?db=<database>`.
        User and password are percent-decoded. Raises ValueError, which never quotes the URL or any
        part of it that might belong to the password.
        """
        parts = _split(url)
        parameters = _parameters(parts)
        if parts.scheme == "unix":
            return cls(
                unix_path=_unix_path(parts),
                username=_decoded(parts.username),
                password=_decoded(parts.password),
                database=_database(parameters.get("db", "")),
            )
        return cls(
            host=parts.hostname or "127.0.0.1",
            port=_port(parts),
            username=_decoded(parts.username),
            password=_decoded(parts.password),
            database=_database(parts.path.removeprefix("/") or parameters.get("db", "")),
            tls=Tls(parameters.get("ssl_ca_certs")) if parts.scheme == "rediss" else None,
        )


# The errors below are raised `from None`: urllib's own quote the URL, and with it the password.


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
    except ValueError:
        raise ValueError("the Redis URL cannot be read: check the brackets of its host") from None
    if parts.scheme not in _PARAMETERS:
        raise ValueError("a Redis URL begins with redis://, rediss:// (TLS) or unix://")
    if parts.fragment:
        raise ValueError("the Redis URL contains '#': write it as %23 within the password")
    return parts


def _parameters(parts: SplitResult) -> dict[str, str]:
    parameters = dict(parse_qsl(parts.query, keep_blank_values=True))
    allowed = _PARAMETERS[parts.scheme]
    if not allowed.issuperset(parameters):
        raise ValueError(
            f"the Redis URL has an unknown query parameter: {parts.scheme}:// takes "
            f"{', '.join(sorted(allowed))} (write '?' as %3F within the password)"
        )
    return parameters


def _unix_path(parts: SplitResult) -> str:
    if not parts.path or parts.hostname:
        raise ValueError("a unix:// URL has three slashes: unix:///path/to/redis.sock")
    return unquote(parts.path)


def _port(parts: SplitResult) -> int:
    try:
        port = parts.port
    except ValueError:
        raise ValueError(
            "the Redis URL's port is no number from 1 to 65535 (write '/' as %2F, '#' as %23, "
            "'?' as %3F and '@' as %40 within the password)"
        ) from None
    return DEFAULT_PORT if port is None else port


def _database(text: str) -> int:
    if not text:
        return 0
    if not (text.isascii() and text.isdigit()):
        raise ValueError(
            "the Redis URL's database is no number, as in redis://host:6379/0 "
            "(write '/' as %2F within the password)"
        )
    return int(text)


def _decoded(text: str | None) -> str | None:
    return unquote(text) if text else None

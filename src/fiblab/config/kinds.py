"""Kinds of settings: what may be written for each, and what to write instead of what may not."""

import re
from ipaddress import IPv4Network, IPv6Network
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr
from pydantic_settings import NoDecode

#: Characters of a token; random ones hold 64 bits or more, beyond guessing over a network.
TOKEN_LENGTH_LEAST = 16

_TEXT = r"(?:[^\s/?#@%]|%[0-9A-Fa-f]{2})*"
_VALUE = r"\w+=(?:[^\s?#&%]|%[0-9A-Fa-f]{2})*"
_HOST = r"(?:\[[0-9A-Fa-f:.]+\]|[^\s/?#@:,\[\]]*)(?::[0-9]{1,5})?"
#: `postgresql://user:password@host:port,host:port/database?name=value&name=value`, well quoted.
_POSTGRES_URL = re.compile(
    rf"postgres(?:ql)?://(?:{_TEXT}@)?{_HOST}(?:,{_HOST})*(?:/{_TEXT})?"
    rf"(?:\?{_VALUE}(?:&{_VALUE})*)?"
)


def split(value: object) -> object:
    """Read a comma-separated list, as people write one in an environment variable."""
    if isinstance(value, str):
        return [part.strip() for part in value.split(",") if part.strip()]
    return value


def _redis(url: SecretStr) -> SecretStr:
    if not url.get_secret_value().startswith(("redis://", "rediss://", "unix://")):
        raise ValueError("write redis://:PASSWORD@HOST:PORT/0, or rediss:// for TLS")
    return url


def _postgres(url: SecretStr) -> SecretStr:
    """Take what every driver reads alike: some quote what they cannot read, password and all."""
    if not _POSTGRES_URL.fullmatch(url.get_secret_value()):
        raise ValueError(
            "write postgresql://USER:PASSWORD@HOST:PORT/DATABASE, and within user and password "
            "all but letters, digits and ._~- percent-encoded: %40 for @"
        )
    return url


def _no_redis_or(url: SecretStr) -> SecretStr:
    return _redis(url) if url.get_secret_value() else url


def _no_postgres_or(url: SecretStr) -> SecretStr:
    return _postgres(url) if url.get_secret_value() else url


def _token(token: SecretStr) -> SecretStr:
    """Take what fits behind `Bearer ` (RFC 6750, 2.1) and is no word that one could guess."""
    text = token.get_secret_value()
    if text and not re.fullmatch(rf"[A-Za-z0-9._~+/=-]{{{TOKEN_LENGTH_LEAST},256}}", text):
        raise ValueError(
            f"write {TOKEN_LENGTH_LEAST} to 256 letters, digits or ._~+/=-, for example what "
            "`openssl rand -hex 32` prints"
        )
    return token


RedisUrl = Annotated[SecretStr, AfterValidator(_redis)]
PostgresUrl = Annotated[SecretStr, AfterValidator(_postgres)]
OptionalRedisUrl = Annotated[SecretStr, AfterValidator(_no_redis_or)]
OptionalPostgresUrl = Annotated[SecretStr, AfterValidator(_no_postgres_or)]
Token = Annotated[SecretStr, AfterValidator(_token)]
Words = Annotated[tuple[str, ...], NoDecode, BeforeValidator(split)]
Networks = Annotated[tuple[IPv4Network | IPv6Network, ...], NoDecode, BeforeValidator(split)]
Seconds = Annotated[float, Field(gt=0, le=86_400)]

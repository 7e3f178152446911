"""The settings of each service: typed, read once, from the environment alone.

Every field's name in capitals, after `FIBLAB_`, is its environment variable; each
service's `.env.example` is generated from these classes (`fiblab config`). A bad
setting stops the start with a `BadSettings` that names it and says what to write.
"""

import difflib
import os
import re
from ipaddress import IPv4Network, IPv6Network
from typing import Annotated, ClassVar, Literal, Self, TypeVar

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    SecretStr,
    ValidationError,
    model_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

PREFIX = "FIBLAB_"
MEBIBYTE = 1024 * 1024
GIBIBYTE = 1024 * MEBIBYTE

#: Characters of a token; random ones hold 64 bits or more, beyond guessing over a network.
TOKEN_LENGTH_LEAST = 16

#: How the names of variables that hold secrets end.
SECRET_SUFFIXES = ("_URL", "_TOKEN")

_TEXT = r"(?:[^\s/?#@%]|%[0-9A-Fa-f]{2})*"
_VALUE = r"\w+=(?:[^\s?#&%]|%[0-9A-Fa-f]{2})*"
_HOST = r"(?:\[[0-9A-Fa-f:.]+\]|[^\s/?#@:,\[\]]*)(?::[0-9]{1,5})?"
#: `postgresql://user:password@host:port,host:port/database?name=value&name=value`, well quoted.
_POSTGRES_URL = re.compile(
    rf"postgres(?:ql)?://(?:{_TEXT}@)?{_HOST}(?:,{_HOST})*(?:/{_TEXT})?"
    rf"(?:\?{_VALUE}(?:&{_VALUE})*)?"
)

AnySettings = TypeVar("AnySettings", bound="_Settings")


class BadSettings(ValueError):  # noqa: N818 - read as a sentence where it is raised
    """A setting is missing or wrong; the message names each one and what to write."""


def _split(value: object) -> object:
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
Words = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)]
Networks = Annotated[tuple[IPv4Network | IPv6Network, ...], NoDecode, BeforeValidator(_split)]
Seconds = Annotated[float, Field(gt=0, le=86_400)]


class _Settings(BaseSettings):
    """What all services share in how they are configured."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore", frozen=True)

    service: ClassVar[str]

    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="Least severe log lines that are written."
    )
    log_format: Literal["json", "console"] = Field(
        "json", description="json: one object a line, for machines; console: for people."
    )


class PostgresSettings(_Settings):
    """Where the counts, the ledger and the long values are kept."""

    postgres_url: PostgresUrl = Field(
        SecretStr("postgresql://fiblab:fiblab@127.0.0.1:5432/fiblab"),
        description="PostgreSQL >= 15; add ?sslmode=verify-full for a managed one.",
    )


class MigrateSettings(PostgresSettings):
    """What `fiblab migrate` needs; `postgres_url` is of the role that owns the tables."""

    service: ClassVar[str] = "migrate"

    admin_postgres_url: OptionalPostgresUrl = Field(
        SecretStr(""), description="A role that may create roles; empty: that of the URL above."
    )
    redis_url: RedisUrl = Field(
        SecretStr("redis://127.0.0.1:6379/0"),
        description="A Redis user that may create users; not used where no service's is named.",
    )
    server_postgres_url: OptionalPostgresUrl = Field(
        SecretStr(""), description="The server's FIBLAB_POSTGRES_URL: its role gets its rights."
    )
    worker_postgres_url: OptionalPostgresUrl = Field(
        SecretStr(""), description="The worker's FIBLAB_POSTGRES_URL: its role gets its rights."
    )
    server_redis_url: OptionalRedisUrl = Field(
        SecretStr(""), description="The server's FIBLAB_REDIS_URL: its user gets its rights."
    )
    worker_redis_url: OptionalRedisUrl = Field(
        SecretStr(""), description="The worker's FIBLAB_REDIS_URL: its user gets its rights."
    )


class QueueSettings(_Settings):
    """Where the queue is and the numbers it runs by; the same for every service."""

    redis_url: RedisUrl = Field(
        SecretStr("redis://127.0.0.1:6379/0"),
        description="Redis or Valkey >= 7.0; rediss:// for TLS.",
    )
    queue_bound: int = Field(
        100_000, ge=1, description="Most jobs that may wait or run together; beyond it: 503."
    )
    max_attempts: int = Field(
        3, ge=1, le=100, description="Claims after which a job becomes a dead letter."
    )
    visibility_timeout_s: Seconds = Field(
        10.0, description="How long a job stays leased to a silent worker."
    )
    backoff_base_s: Seconds = Field(
        0.5, description="Longest delay before the second attempt; doubles with each one."
    )
    backoff_cap_s: Seconds = Field(30.0, description="Longest delay before any attempt.")
    dead_letter_cap: int = Field(1_000, ge=1, description="Dead letters kept in Redis.")
    event_cap: int = Field(10_000, ge=100, description="Entries kept of the event stream.")


class FibonacciSettings(PostgresSettings, QueueSettings):
    """What server and worker must agree on: give both the same values."""

    max_index: int = Field(
        100_000_000, ge=0, le=1_000_000_000, description="Largest index that is served."
    )
    dense_max_index: int = Field(
        1_000, ge=0, le=10_000, description="End of the range that is kept whole, 0 to here."
    )
    light_max_index: int = Field(
        200_000, ge=0, description="Largest index that counts as light; beyond it: heavy lane."
    )
    value_ttl_s: int = Field(
        604_800, ge=1, description="How long Redis keeps a value beyond the dense range."
    )

    @model_validator(mode="after")
    def _ranges_are_nested(self) -> Self:
        if not self.dense_max_index <= self.light_max_index:
            raise ValueError("light_max_index: write at least dense_max_index")
        return self


class ServerSettings(FibonacciSettings):
    """What `fiblab server` needs."""

    service: ClassVar[str] = "server"

    host: str = Field("127.0.0.1", description="Address to listen on; loopback by default.")
    port: int = Field(8000, ge=0, le=65_535, description="Port to listen on; 0: any free one.")
    allowed_hosts: Words = Field(
        (),
        description="Host headers that are answered; empty: any, on loopback only its own names.",
    )
    cors_origins: Words = Field(
        (), description="Origins of a client that is deployed apart, comma-separated."
    )
    trusted_proxies: Networks = Field(
        (), description="Networks whose X-Forwarded-For is believed, comma-separated."
    )
    operator_token: Token = Field(
        SecretStr(""),
        description="Bearer token of who may pause, requeue and discard; empty: loopback only.",
    )
    request_deadline_s: Seconds = Field(5.0, description="Longest time to an answer.")
    wait_limit_s: Seconds = Field(20.0, description="Longest Prefer: wait that is honoured.")
    rate_limit_per_s: int = Field(
        500, ge=0, description="Requests a second and client address; 0: no limit."
    )
    rate_limit_burst: int = Field(2_000, ge=1, description="Requests a client may make at once.")
    remembered_values_bytes: int = Field(
        64 * MEBIBYTE, ge=0, description="Memory for values kept in the process."
    )
    range_limit: int = Field(1_001, ge=1, le=10_001, description="Most indices in one range.")
    body_limit_bytes: int = Field(16_384, ge=64, description="Largest request body.")
    in_flight_limit: int = Field(
        10_000, ge=1, description="Most requests answered at once; beyond it: 503."
    )
    breaker_threshold: int = Field(5, ge=1, description="Failures in a row that open a breaker.")
    breaker_reset_s: Seconds = Field(2.0, description="How long a breaker stays open.")
    shutdown_grace_s: Seconds = Field(10.0, description="Longest time to stop in.")


class WorkerSettings(FibonacciSettings):
    """What `fiblab worker` needs."""

    service: ClassVar[str] = "worker"

    lanes: Annotated[tuple[Literal["light", "heavy"], ...], NoDecode, BeforeValidator(_split)] = (
        Field(("light", "heavy"), min_length=1, description="Lanes to serve, comma-separated.")
    )
    light_batch: int = Field(64, ge=1, le=1_000, description="Light jobs claimed at once.")
    heavy_processes: int = Field(
        1, ge=1, le=64, description="Heavy jobs computed at once, each in a process of its own."
    )
    compute_time_limit_s: Seconds = Field(600.0, description="Longest time for one heavy job.")
    compute_memory_limit_bytes: int = Field(
        4 * GIBIBYTE, ge=256 * MEBIBYTE, description="Most memory for one heavy job."
    )
    sweep_interval_s: Seconds = Field(5.0, description="Time between looks at open requests.")
    sweep_after_s: Seconds = Field(15.0, description="Age at which an open request is looked at.")
    shutdown_grace_s: Seconds = Field(
        20.0, description="Longest time to finish heavy jobs in; then they are given back."
    )


SERVICES: tuple[type[_Settings], ...] = (
    ServerSettings,
    WorkerSettings,
    MigrateSettings,
)


def load(settings: type[AnySettings]) -> AnySettings:
    """Read a service's settings from the environment.

    Raises BadSettings, naming every variable that is wrong, never a secret's value.
    """
    problems = _unknown_variables()
    try:
        read = settings()
    except ValidationError as error:
        problems += dict.fromkeys(_explain(item["loc"], item["msg"]) for item in error.errors())
        raise BadSettings("\n".join(problems)) from None
    if problems:
        raise BadSettings("\n".join(problems))
    return read


def _unknown_variables() -> list[str]:
    """Name variables that no service reads: a misspelt setting would be silently ignored."""
    known = {_variable(name) for service in SERVICES for name in service.model_fields}
    problems = []
    for variable in sorted(name for name in os.environ if name.startswith(PREFIX)):
        if variable not in known:
            near = difflib.get_close_matches(variable, known, n=1)
            hint = f"did you mean {near[0]}?" if near else "no service reads it; unset it"
            problems.append(f"{variable}: {hint}")
    return problems


def _variable(name: str) -> str:
    return f"{PREFIX}{name.upper()}"


def _explain(location: tuple[int | str, ...], message: str) -> str:
    message = message.removeprefix("Value error, ")
    if location:
        name, advice = str(location[0]), message
    else:
        name, _, advice = message.partition(": ")
    variable = _variable(name)
    given = os.environ.get(variable)
    shown = "" if given is None or variable.endswith(SECRET_SUFFIXES) else f" (it is {given!r})"
    return f"{variable}{shown}: {advice}"


def env_example(settings: type[_Settings]) -> str:
    """Write a service's `.env.example`: every variable with its default and what it means."""
    lines = [
        f"# Settings of `fiblab {settings.service}`, with their defaults.",
        "# Generated by `fiblab config`: do not edit.",
    ]
    for name, field in settings.model_fields.items():
        lines += ["", f"# {field.description}", f"{_variable(name)}={_written(field.default)}"]
    return "\n".join(lines) + "\n"


def _written(default: object) -> str:
    if isinstance(default, SecretStr):
        return default.get_secret_value()
    if isinstance(default, tuple):
        return ",".join(map(str, default))
    return str(default)

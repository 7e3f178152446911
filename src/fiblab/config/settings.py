"""The settings of each service, typed, with their defaults and what they mean."""

from typing import Annotated, ClassVar, Literal, Self

from pydantic import BeforeValidator, Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from fiblab.config.kinds import (
    Networks,
    OptionalPostgresUrl,
    OptionalRedisUrl,
    PostgresUrl,
    RedisUrl,
    Seconds,
    Token,
    Words,
    split,
)

PREFIX = "FIBLAB_"
MEBIBYTE = 1024 * 1024
GIBIBYTE = 1024 * MEBIBYTE


class CommonSettings(BaseSettings):
    """What all services share in how they are configured."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore", frozen=True)

    service: ClassVar[str]

    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="Least severe log lines that are written."
    )
    log_format: Literal["json", "console"] = Field(
        "json", description="json: one object a line, for machines; console: for people."
    )


class PostgresSettings(CommonSettings):
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


class QueueSettings(CommonSettings):
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

    lanes: Annotated[tuple[Literal["light", "heavy"], ...], NoDecode, BeforeValidator(split)] = (
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


SERVICES: tuple[type[CommonSettings], ...] = (
    ServerSettings,
    WorkerSettings,
    MigrateSettings,
)

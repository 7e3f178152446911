"""What a Redis server must be like to be trusted with jobs."""

from typing import cast

from fiblab.redis import Connection
from fiblab.storage.errors import UnfitRedis

#: The oldest server that has every command in use.
OLDEST_VERSION = (7, 0)


async def refuse_unfit(connection: Connection) -> None:
    """Raise UnfitRedis, which says what to write, unless the server is >= 7.0 and evicts no job.

    Keys of the queue never expire, so `noeviction` and the `volatile-*` policies spare them; any
    other policy may delete jobs without a trace. Read from INFO, which managed servers allow where
    CONFIG is forbidden. Raises RedisError where Redis does not answer.
    """
    facts = await _facts(connection, "server") | await _facts(connection, "memory")
    version = facts.get("redis_version", "")
    if _numbers(version) < OLDEST_VERSION:
        raise UnfitRedis(f"Redis is {version or 'of unknown version'}; run Redis or Valkey >= 7.0.")
    policy = facts.get("maxmemory_policy", "unknown")
    if policy != "noeviction" and not policy.startswith("volatile-"):
        raise UnfitRedis(
            f"Redis has maxmemory-policy {policy}, which may delete jobs. Write"
            " `maxmemory-policy noeviction` (or volatile-lru) into its configuration, or run"
            " `redis-cli CONFIG SET maxmemory-policy noeviction`."
        )


async def is_unbounded(connection: Connection) -> bool:
    """Tell whether the server may take all memory of its machine: `maxmemory` is not set.

    Then nothing but their TTL ever removes large values. Raises RedisError where Redis does not
    answer.
    """
    return (await _facts(connection, "memory")).get("maxmemory") == "0"


async def _facts(connection: Connection, section: str) -> dict[str, str]:
    reply = cast("bytes", await connection.execute("INFO", section))
    pairs = (line.partition(":") for line in reply.decode().splitlines())
    return {name: value for name, _, value in pairs}


def _numbers(version: str) -> tuple[int, ...]:
    """Read the leading numbers of a version such as 7.2.4 or 8.0-rc1."""
    major, _, rest = version.partition(".")
    minor = rest.partition(".")[0].partition("-")[0]
    return tuple(int(number) for number in (major, minor) if number.isdecimal())

"""Users in Redis for the services: created, or brought to exactly what they shall be.

`ACL SETUSER` is one atomic command that ends in the same state however often it is sent, from
however many hosts. It lasts until Redis restarts, unless Redis keeps a file of its users.
"""

import hashlib
from collections.abc import Mapping

from fiblab.redis import Address, CommandError, Connection, RedisError
from fiblab.storage.access.privileges import COMMANDS, KEY_PATTERN, Service
from fiblab.storage.errors import AccessFailed


async def grant_users(admin_url: str, accounts: Mapping[Service, str]) -> bool:
    """Give each service's user, named with its password in its URL, its permissions.

    Returns whether Redis will know the users after a restart: it does where it has an `aclfile`.
    Raises AccessFailed for a URL without user or password, and where Redis is away or refuses;
    users named before that one have their permissions then.
    """
    rules = [(service, *_login(service, url)) for service, url in accounts.items()]
    if len({name for _, name, _ in rules}) < len(rules):
        raise AccessFailed("Server and worker need a Redis user each: name two in their URLs.")
    redis = Connection(_address("FIBLAB_REDIS_URL", admin_url), name="fiblab-migrate")
    try:
        await redis.connect()
        for service, name, password in rules:
            await redis.execute("ACL", "SETUSER", name, *_rules(service, password))
        return await _keep(redis)
    except RedisError as error:
        raise AccessFailed(f"Redis did not grant access: {error}") from None
    finally:
        await redis.close()


def _login(service: Service, url: str) -> tuple[str, str]:
    variable = f"FIBLAB_{service.upper()}_REDIS_URL"
    address = _address(variable, url)
    if not address.username or not address.password or address.username == "default":
        raise AccessFailed(
            f"{variable} names no user of its own with a password: write "
            "redis://USER:PASSWORD@HOST:PORT/0"
        )
    return address.username, address.password


def _address(variable: str, url: str) -> Address:
    try:
        return Address.parse(url)
    except ValueError as error:  # it quotes no part of the URL
        raise AccessFailed(f"{variable}: {error}") from None


def _rules(service: Service, password: str) -> list[str]:
    """Write what stands behind `ACL SETUSER <name>`; a hash, as Redis itself keeps passwords."""
    digest = hashlib.sha256(password.encode()).hexdigest()
    return ["reset", "on", f"#{digest}", *permissions(service)]


def permissions(service: Service) -> list[str]:
    """Write a service's keys and commands as rules of an ACL; it has no channels."""
    return ["resetchannels", f"~{KEY_PATTERN}", *(f"+{command}" for command in COMMANDS[service])]


async def _keep(redis: Connection) -> bool:
    try:
        await redis.execute("ACL", "SAVE")
    except CommandError:
        return False
    return True

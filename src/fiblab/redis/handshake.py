"""The first words on a new connection: who we are, which database, and whether Redis is ready."""

import asyncio
from collections.abc import Iterator

from fiblab.redis.address import Address
from fiblab.redis.errors import CommandError, Refused, Unavailable
from fiblab.redis.wire import Wire

#: The oldest server spoken to: the scripts are written to the commands of Redis 7.0. Every version
#: of Valkey (7.2 and newer) passes.
MINIMUM_MAJOR_VERSION = 7

#: Error codes of a server that will be ready by itself, later.
_TRANSIENT_CODES = frozenset({"LOADING", "MASTERDOWN", "CLUSTERDOWN", "BUSY", "TRYAGAIN"})


async def shake_hands(wire: Wire, address: Address, name: str) -> None:
    """Log in, name the connection, choose the database and make sure that commands are served.

    All in one round trip. Raises `Refused` where a setting must change, `Unavailable` where the
    server is not ready yet (still loading its data), `ReplyLost` where the connection ends.
    """
    hello, *others = await asyncio.gather(
        *(wire.send(command) for command in _greeting(address, name)), return_exceptions=True
    )
    for reply in (hello, *others):
        if isinstance(reply, CommandError):
            raise _explained(reply, address)
        if isinstance(reply, BaseException):
            raise reply
    _check_version(hello, address)


def _greeting(address: Address, name: str) -> Iterator[tuple[bytes | str | int, ...]]:
    login: tuple[bytes | str, ...] = ()
    if address.password is not None:
        login = (b"AUTH", address.username or b"default", address.password)
    yield (b"HELLO", b"2", *login, b"SETNAME", name)
    if address.database:
        yield (b"SELECT", address.database)
    yield (b"PING",)  # unlike the others, refused by a server that still loads its data


def _explained(error: CommandError, address: Address) -> Unavailable:
    """Say what to do. Most texts are not quoted: that of an old server repeats the password."""
    if error.code in _TRANSIENT_CODES or "max number of clients" in error.message:
        return Unavailable(f"Redis at {address} is not ready: {error}")
    if "unknown command" in error.message:
        return _too_old(address, "older than 6")
    if "DB index" in error.message:
        return Refused(
            f"Redis at {address} has no such database: choose a smaller number in the Redis URL"
        )
    return Refused(
        f"Redis at {address} refuses the login ({error.code}): "
        "check user and password in the Redis URL, as in redis://user:password@host"
    )


def _check_version(hello: object, address: Address) -> None:
    """HELLO answers names and values in turn, the server's version among them."""
    fields = hello if isinstance(hello, list) else []
    version = dict(zip(fields[::2], fields[1::2], strict=False)).get(b"version", b"0")
    if int(version.partition(b".")[0]) < MINIMUM_MAJOR_VERSION:
        raise _too_old(address, version.decode())


def _too_old(address: Address, version: str) -> Refused:
    return Refused(
        f"Redis at {address} is {version}: run Redis {MINIMUM_MAJOR_VERSION}.0 or newer, or Valkey"
    )

"""Whether this environment's users may do more in the stores than any service needs."""

import asyncio
from contextlib import suppress

import psycopg
import pydantic

from fiblab.redis import Address, Connection, RedisError

#: Seconds for a look at a store.
LOOK_LIMIT_S = 2

_ADMINISTERS = """
    select rolsuper or has_schema_privilege('public', 'create')
    from pg_roles where rolname = current_user"""


def excess_in_redis(url: pydantic.SecretStr) -> bool:
    """Tell whether the user may read Redis's settings; False where Redis cannot be asked."""
    return asyncio.run(_may_configure(url.get_secret_value()))


async def _may_configure(url: str) -> bool:
    redis = Connection(Address.parse(url), name="fiblab-doctor", reply_timeout=LOOK_LIMIT_S)
    try:
        await redis.connect()
        await redis.execute("CONFIG", "GET", "maxmemory-policy")
    except RedisError:
        return False
    else:
        return True
    finally:
        await redis.close()


def excess_in_postgres(url: pydantic.SecretStr) -> bool:
    """Tell whether the role may create tables; False where PostgreSQL cannot be asked."""
    with (
        suppress(psycopg.Error),
        psycopg.connect(url.get_secret_value(), connect_timeout=LOOK_LIMIT_S) as connection,
    ):
        row = connection.execute(_ADMINISTERS).fetchone()
        return bool(row and row[0])
    return False

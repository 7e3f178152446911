"""The users of a lab's own stores: server and worker each get theirs, as in production."""

import asyncio
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

from fiblab.embedded import EmbeddedStack
from fiblab.storage.access.postgres_roles import grant_roles
from fiblab.storage.access.privileges import Service
from fiblab.storage.access.redis_users import grant_users


@dataclass(frozen=True, slots=True)
class StoreUrls:
    """Where a service finds its stores, and as whom; both hold passwords."""

    redis: str
    postgres: str


def let_services_in(stack: EmbeddedStack) -> dict[Service, StoreUrls]:
    """Create the services' users in the stores that the stack started; return each one's URLs.

    The stack runs and has the schema. A store that was given is used as it was given. What is done
    may be repeated; passwords stay the same for a data folder. Raises AccessFailed.
    """
    redis = dict.fromkeys(Service, stack.redis_url)
    postgres = dict.fromkeys(Service, stack.postgres_url)
    if stack.redis is not None:
        redis = {service: _as(service, stack, "redis", stack.redis_url) for service in Service}
        asyncio.run(grant_users(stack.redis_url, redis))
    if stack.postgres is not None:
        postgres = {s: _as(s, stack, "postgres", stack.postgres_url) for s in Service}
        grant_roles(stack.postgres_url, postgres, admin_url=stack.postgres.superuser_url)
    return {service: StoreUrls(redis[service], postgres[service]) for service in Service}


def _as(service: Service, stack: EmbeddedStack, store: str, url: str) -> str:
    """Write the URL for a service's own user; passwords are of characters that need no quoting."""
    parts = urlsplit(url)
    password = stack.data_dir.password(f"{store} {service}")
    login = f"fiblab_{service}:{password}"
    return urlunsplit(parts._replace(netloc=f"{login}@{parts.hostname}:{parts.port}"))

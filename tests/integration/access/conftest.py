"""Users of the services' own, in stores that other tests use too: their names are the test's."""

import itertools
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest

from fiblab.embedded import EmbeddedStack
from fiblab.storage.access.postgres_roles import grant_roles
from fiblab.storage.access.privileges import Service

_numbers = itertools.count()

#: A password with everything that a URL has to quote.
PASSWORD = "p@ss:w/rd?#%"  # noqa: S105 - of users that live for one test
QUOTED = "p%40ss%3Aw%2Frd%3F%23%25"


def as_user(url: str, name: str) -> str:
    """Write the URL for another user."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=f"{name}:{QUOTED}@{parts.hostname}:{parts.port}"))


def as_admin(stack: EmbeddedStack, url: str) -> str:
    """Write the URL of the same database for who may create roles."""
    assert stack.postgres is not None
    return urlunsplit(urlsplit(stack.postgres.superuser_url)._replace(path=urlsplit(url).path))


def role_urls_in(url: str) -> dict[Service, str]:
    """Name a role for each service, which nobody has created yet."""
    number = next(_numbers)
    return {service: as_user(url, f"{service}_{number}") for service in Service}


@dataclass(frozen=True)
class Granted:
    """A database with rows in it, and each service's URL, with its role created and granted."""

    owner_url: str
    urls: dict[Service, str]


@pytest.fixture(scope="session")
def untouched(stack: EmbeddedStack, template: str) -> Granted:
    """Give one database to all tests that are refused, which change nothing in it."""
    owner_url = stack.postgres_url.rsplit("/", 1)[0] + "/untouched"
    admin_url = as_admin(stack, stack.postgres_url)
    with psycopg.connect(admin_url, autocommit=True) as admin:
        admin.execute(f"create database untouched owner fiblab template {template}".encode())
    urls = role_urls_in(owner_url)
    grant_roles(owner_url, urls, admin_url=admin_url)
    with psycopg.connect(owner_url) as owner:
        owner.execute("insert into request_ledger (request_id, index) values ('seen', 7)")
        owner.execute("insert into request_count (index, count) values (7, 1)")
        owner.execute(
            "insert into fibonacci_value (index, digit_count, digits) values (7, 2, '13')"
        )
    return Granted(owner_url, urls)


@pytest.fixture
def admin_url(stack: EmbeddedStack, migrated_url: str) -> str:
    """Give the test's database to who may create roles."""
    return as_admin(stack, migrated_url)


@pytest.fixture
def stack_admin_url(stack: EmbeddedStack, database_url: str) -> str:
    """Give the test's empty database to who may create roles."""
    return as_admin(stack, database_url)


@pytest.fixture
def role_urls(migrated_url: str) -> dict[Service, str]:
    """Name a role for each service, which nobody has created yet."""
    return role_urls_in(migrated_url)


@pytest.fixture
def granted(migrated_url: str, admin_url: str, role_urls: dict[Service, str]) -> dict[Service, str]:
    """Give each service's URL, with its role created and granted."""
    grant_roles(migrated_url, role_urls, admin_url=admin_url)
    return role_urls

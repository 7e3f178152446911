"""What each service's role may not do in PostgreSQL, and that creating roles may be repeated."""

import subprocess
import sys
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg.errors import InsufficientPrivilege

from fiblab.storage.access.postgres_roles import grant_roles
from fiblab.storage.access.privileges import ROLE_LIMITS, TABLES, Service
from fiblab.storage.errors import AccessFailed

from .conftest import PASSWORD, QUOTED, Granted, as_user

OF_NOBODY = (
    "drop table {table}",
    "alter table {table} add column more text",
    "alter table {table} disable trigger all",
    "truncate {table}",
    "create index on {table} (index)",
    "create rule r as on insert to {table} do instead nothing",
    "update {table} set index = 8",
)
BEYOND_TABLES = (
    "create table own (a int)",
    "create schema own",
    "create role another",
    "create database another",
    "alter system set fsync = off",
    "copy request_count to program 'true'",
    "select pg_read_file('postgresql.conf')",
    "select pg_reload_conf()",
    "select rolpassword from pg_authid",
    "select * from _yoyo_migration",
    "set role fiblab",
)
ONLY_THE_OTHER = {
    Service.SERVER: (
        "delete from request_ledger",
        "begin; lock table request_ledger in access exclusive mode",
        "update request_ledger set state = 'done', closed_at = now()",
        "delete from request_count",
        "insert into fibonacci_value (index, digit_count, digits) values (8, 2, '21')",
        "update fibonacci_value set digits = '14'",
    ),
    Service.WORKER: (
        "insert into request_ledger (request_id, index) values ('new', 7)",
        "update request_ledger set request_id = 'other'",
        "update request_ledger set accepted_at = now()",
        "select * from request_count",
        "update request_count set count = 1000",
        "delete from request_count",
        "update fibonacci_value set digits = '14'",
    ),
}
REFUSED = [
    (service, statement)
    for service in Service
    for statement in (
        *(text.format(table=table) for text in OF_NOBODY for table in TABLES[Service.SERVER]),
        *BEYOND_TABLES,
        *ONLY_THE_OTHER[service],
    )
]

EVERYTHING = """
    select (select array_agg(l::text) from request_ledger l),
           (select array_agg(c::text) from request_count c),
           (select array_agg(v::text) from fibonacci_value v),
           (select array_agg(relname::text order by 1) from pg_class
            where relnamespace = 'public'::regnamespace)"""


@pytest.mark.parametrize(("service", "statement"), REFUSED)
def test_a_service_is_refused_what_it_does_not_do(
    untouched: Granted, service: Service, statement: str
) -> None:
    """PostgreSQL itself refuses for want of a privilege, and nothing has changed."""
    with psycopg.connect(untouched.owner_url) as owner:
        before = owner.execute(EVERYTHING).fetchone()

    with (
        psycopg.connect(untouched.urls[service], autocommit=True) as connection,
        pytest.raises(InsufficientPrivilege),
    ):
        connection.execute(statement.encode())

    with psycopg.connect(untouched.owner_url) as owner:
        assert owner.execute(EVERYTHING).fetchone() == before


@pytest.mark.parametrize("service", Service)
def test_sessions_are_limited(granted: dict[Service, str], service: Service) -> None:
    """Each session of a service begins with limits for its statements and locks."""
    with psycopg.connect(granted[service]) as connection:
        shown = {
            name: connection.execute(f"show {name}".encode()).fetchone() for name in ROLE_LIMITS
        }
    assert shown == {name: (value,) for name, value in ROLE_LIMITS.items()}


def test_a_repetition_takes_back_what_was_granted_by_hand(
    granted: dict[Service, str], migrated_url: str, admin_url: str
) -> None:
    """A role that may too much may only what is on the list after the next migration."""
    name = urlsplit(granted[Service.WORKER]).username
    with psycopg.connect(migrated_url) as owner:
        owner.execute(f"grant all on request_count to {name}".encode())

    grant_roles(migrated_url, granted, admin_url=admin_url)

    with (
        psycopg.connect(granted[Service.WORKER]) as connection,
        pytest.raises(InsufficientPrivilege),
    ):
        connection.execute("delete from request_count")


def test_a_new_password_replaces_the_old_one(
    granted: dict[Service, str], migrated_url: str, admin_url: str
) -> None:
    """Changing the URL and migrating again is how a password is rotated."""
    old = granted[Service.SERVER]
    new = old.replace(QUOTED, "another")

    grant_roles(migrated_url, {Service.SERVER: new}, admin_url=admin_url)

    psycopg.connect(new).close()
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(old)


def test_many_runners_at_once_all_succeed(
    migrated_url: str, admin_url: str, role_urls: dict[Service, str]
) -> None:
    """Real processes started together create the same roles; none fails, the roles work."""
    accounts = {str(service): url for service, url in role_urls.items()}
    program = (
        "from fiblab.storage.access.postgres_roles import grant_roles;"
        "from fiblab.storage.access.privileges import Service;"
        f"accounts = {{Service(n): u for n, u in {accounts!r}.items()}};"
        f"grant_roles({migrated_url!r}, accounts, admin_url={admin_url!r})"
    )
    runners = [
        subprocess.Popen([sys.executable, "-W", "error", "-c", program], stderr=subprocess.PIPE)
        for _ in range(4)
    ]

    assert [runner.communicate()[1].decode() for runner in runners] == [""] * len(runners)

    for url in role_urls.values():
        psycopg.connect(url).close()


def test_a_role_that_no_grant_limits_is_refused(migrated_url: str, admin_url: str) -> None:
    """The owner's own URL, or a superuser's, is no service's; the error names the role."""
    for url, name in ((migrated_url, "fiblab"), (admin_url, "postgres")):
        with pytest.raises(AccessFailed, match=f"'{name}' owns something"):
            grant_roles(migrated_url, {Service.SERVER: url}, admin_url=admin_url)


def test_server_and_worker_need_a_role_each(migrated_url: str, admin_url: str) -> None:
    """One role for both would have what each needs taken away in turn."""
    both = dict.fromkeys(Service, as_user(migrated_url, "both"))
    with pytest.raises(AccessFailed, match="a PostgreSQL role each"):
        grant_roles(migrated_url, both, admin_url=admin_url)


def test_an_owner_who_may_create_no_role_is_told(
    migrated_url: str, role_urls: dict[Service, str]
) -> None:
    """The error is PostgreSQL's own, and shows no password."""
    with pytest.raises(AccessFailed, match="permission denied to create role") as refused:
        grant_roles(migrated_url, role_urls)
    assert PASSWORD not in str(refused.value)
    assert QUOTED not in str(refused.value)

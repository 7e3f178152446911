"""Roles in PostgreSQL for the services: created, or brought to exactly what they shall be.

Run after the migrations, whose tables it names. Everything is one transaction and may run any
number of times, from any number of hosts at once.
"""

from collections.abc import Callable, Mapping
from functools import partial
from urllib.parse import unquote, urlsplit

import psycopg
import stamina
from psycopg import sql

from fiblab.storage.access.privileges import ROLE_LIMITS, TABLES, Service
from fiblab.storage.errors import AccessFailed

#: Seconds to wait for a connection: a server that is down refuses at once; this is the network.
CONNECT_TIMEOUT_S = 10

#: Seconds to wait for a table's lock: a GRANT waits for statements that change the schema.
LOCK_TIMEOUT_S = 10

#: What another runner at the same catalogue row causes; the loser tries again.
_RACES = (
    psycopg.errors.DuplicateObject,
    psycopg.errors.UniqueViolation,
    psycopg.errors.InternalError_,  # "tuple concurrently updated"
)

_FIND = """
    select rolsuper or rolcreaterole or rolcreatedb or rolreplication or rolbypassrls
           or exists (select from pg_auth_members where member = pg_roles.oid)
           or exists (select from pg_class where relowner = pg_roles.oid)
           or exists (select from pg_database where datdba = pg_roles.oid)
    from pg_roles where rolname = %s"""


def grant_roles(
    owner_url: str, accounts: Mapping[Service, str], *, admin_url: str | None = None
) -> list[str]:
    """Give each service's role, named with its password in its URL, its privileges; return names.

    `owner_url` owns the tables; `admin_url` may create roles and is the owner's where left out.
    What a role had before in this database's schema is taken away first. Raises AccessFailed:
    for a role that owns something or may do more than any grant says, for a URL without user or
    password, and where PostgreSQL is away or refuses. Roles may have been created by then.
    """
    roles = {service: _login(service, url) for service, url in accounts.items()}
    if len({name for name, _ in roles.values()}) < len(roles):
        raise AccessFailed("Server and worker need a PostgreSQL role each: name two in their URLs.")
    for service, (name, password) in roles.items():
        _in_transaction(admin_url or owner_url, partial(_ensure, name=name, password=password))
        _in_transaction(owner_url, partial(_grant, service=service, name=name))
    return [name for name, _ in roles.values()]


def _login(service: Service, url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    if not parts.username or not parts.password:
        raise AccessFailed(
            f"FIBLAB_{service.upper()}_POSTGRES_URL names no user with a password: write "
            "postgresql://USER:PASSWORD@HOST:PORT/DATABASE"
        )
    return unquote(parts.username), unquote(parts.password)


def _in_transaction(url: str, work: Callable[[psycopg.Connection], None]) -> None:
    try:
        for attempt in stamina.retry_context(on=_RACES, attempts=10, wait_initial=0.02):
            with attempt, psycopg.connect(url, connect_timeout=CONNECT_TIMEOUT_S) as connection:
                connection.execute(f"set local lock_timeout = '{LOCK_TIMEOUT_S}s'".encode())
                work(connection)
    except psycopg.Error as error:
        # libpq quotes no password; a statement's text would be in no error either.
        raise AccessFailed(f"PostgreSQL did not grant access: {error}") from None


def _ensure(connection: psycopg.Connection, name: str, password: str) -> None:
    """Create the role or set its password; neither the wire nor a log sees it in clear."""
    found = connection.execute(_FIND, [name]).fetchone()
    if found is not None and found[0]:
        raise AccessFailed(
            f"The PostgreSQL role {name!r} owns something or may administer, so that no grant "
            "limits it: name another role for the service."
        )
    secret = connection.pgconn.encrypt_password(
        password.encode(), name.encode(), b"scram-sha-256"
    ).decode()
    verb = sql.SQL("create" if found is None else "alter")
    role = sql.Identifier(name)
    connection.execute(
        sql.SQL("{} role {} login password {}").format(verb, role, sql.Literal(secret))
    )
    for setting, value in ROLE_LIMITS.items():
        connection.execute(
            sql.SQL("alter role {} set {} = {}").format(
                role, sql.Identifier(setting), sql.Literal(value)
            )
        )


def _grant(connection: psycopg.Connection, service: Service, name: str) -> None:
    for statement in grants(service):
        connection.execute(sql.SQL(statement).format(role=sql.Identifier(name)))


def grants(service: Service) -> list[str]:
    """Write what the tables' owner runs for a service; `{role}` stands for the role's name."""
    schema = [
        # PUBLIC had these before PostgreSQL 15, and keeps them over an upgrade.
        "revoke create on schema public from public",
        "revoke all on all tables in schema public from {role}",
        "revoke all on schema public from {role}",
        "grant usage on schema public to {role}",
    ]
    tables = TABLES[service].items()
    return schema + [f"grant {', '.join(these)} on {table} to {{role}}" for table, these in tables]

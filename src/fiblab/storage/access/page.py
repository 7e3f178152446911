"""Writes docs/reference/access.md: what each service may do, from the lists that grant it."""

import sys
from collections.abc import Iterator

from fiblab.storage.access.postgres_roles import grants
from fiblab.storage.access.privileges import ROLE_LIMITS, Service
from fiblab.storage.access.redis_users import permissions

HEAD = """# Who may do what in the stores

Generated from `fiblab.storage.access` by `python -m fiblab.storage.access.page`.

Server and worker each have a user of their own in PostgreSQL and in Redis, with what their code
does and nothing else. `fiblab migrate` creates them, or brings them up to date: it takes name and
password out of the URLs that the services themselves are given.

| Setting of `fiblab migrate` | Whose |
|---|---|
| `FIBLAB_POSTGRES_URL` | the role that owns the tables; no service uses it |
| `FIBLAB_ADMIN_POSTGRES_URL` | a role that may create roles, where the owner may not |
| `FIBLAB_REDIS_URL` | a Redis user that may use `ACL SETUSER` and `ACL SAVE` |
| `FIBLAB_SERVER_POSTGRES_URL`, `FIBLAB_SERVER_REDIS_URL` | the server's, as it is given them |
| `FIBLAB_WORKER_POSTGRES_URL`, `FIBLAB_WORKER_REDIS_URL` | the worker's, as it is given them |

A URL that is not set means a user that `migrate` leaves alone. A password is changed by changing
the URL and migrating again. `fiblab up` does all this by itself for the stores that it starts; to
stores that it is given it adds nobody.

**Redis forgets** its users when it restarts, unless it has an `aclfile`: `migrate` saves into it,
and says so where there is none. A managed Redis keeps users by itself; where it takes them from its
own console alone, write the rules below there.

**What a user may still do.** Whoever has the server's password may count requests that nobody
made, empty the queue and change values in Redis key by key; every value is checked before it is
served. A role that may DELETE from a table may also lock it: `lock_timeout` bounds who waits.
"""

_LIMITS = ", ".join(f"`{name} = {value}`" for name, value in ROLE_LIMITS.items())

OF_THE_DATABASE = f"""
Sessions of both begin with {_LIMITS}.
`create` in the schema is taken from everybody, who had it before PostgreSQL 15.
"""


def reference_page() -> str:
    """Write the whole page."""
    return "\n".join([HEAD, "## PostgreSQL", OF_THE_DATABASE, *_roles(), "## Redis", "", *_users()])


def _roles() -> Iterator[str]:
    for service in Service:
        statements = [f"{statement};" for statement in grants(service)]
        yield from (f"The {service}, `{{role}}` being its role:", "", "```sql", *statements)
        yield from ("```", "")


def _users() -> Iterator[str]:
    for service in Service:
        rules = " ".join(permissions(service))
        yield from (f"The {service}:", "", "```text")
        yield from (f"ACL SETUSER <name> reset on ><password> {rules}", "```", "")


if __name__ == "__main__":
    sys.stdout.write(reference_page().rstrip() + "\n")

"""`fiblab migrate`: the database's schema, and who may do what in both stores."""

import asyncio
from collections.abc import Callable
from typing import Annotated

from cyclopts import App, Parameter
from pydantic import SecretStr
from rich.console import Console

from fiblab.cli.exits import CommandFailed, Exit
from fiblab.config import MigrateSettings, load
from fiblab.storage.access.privileges import Service

EXAMPLES = """Safe to run from many hosts at once; `FIBLAB_POSTGRES_URL` names the database and the
role that owns its tables. Then those of the services' own users are created, or brought up to date,
whose URLs are set: `fiblab config migrate` lists them, `docs/reference/access.md` what each may do.

    fiblab migrate
    fiblab migrate --pending
    fiblab migrate --rollback 1
"""

app = App(help_epilogue=EXAMPLES, help_format="markdown")


@app.default
def migrate(
    *,
    rollback: Annotated[int, Parameter(negative="")] = 0,
    pending: Annotated[bool, Parameter(negative="")] = False,
) -> None:
    """Apply every migration that the database lacks, then let the services' own users in.

    Parameters
    ----------
    rollback
        Take back this many of the latest migrations instead. Data in them is lost.
    pending
        Only list what would be applied; exit code 1 if anything would.

    """
    from fiblab.storage import errors
    from fiblab.storage import migrate as migrations

    say = Console(stderr=True, highlight=False).print
    settings = load(MigrateSettings)
    url = settings.postgres_url.get_secret_value()
    try:
        if pending:
            _list_pending(migrations.pending(url))
        elif rollback:
            say(f"took back: {', '.join(migrations.rollback(url, rollback)) or 'nothing'}")
        else:
            say(f"applied: {', '.join(migrations.apply(url)) or 'nothing, it is up to date'}")
            _grant(settings, say)
    except errors.AccessFailed as failed:
        raise CommandFailed(
            str(failed), advice="What each user needs: docs/reference/access.md"
        ) from failed
    except errors.MigrationFailed as failed:
        raise CommandFailed(
            str(failed), advice="Is FIBLAB_POSTGRES_URL right, and PostgreSQL running?"
        ) from failed


def _grant(settings: MigrateSettings, say: Callable[[str], None]) -> None:
    """Let in whom the settings name; raises AccessFailed."""
    from fiblab.storage.access.postgres_roles import grant_roles
    from fiblab.storage.access.redis_users import grant_users

    roles = _named(settings.server_postgres_url, settings.worker_postgres_url)
    users = _named(settings.server_redis_url, settings.worker_redis_url)
    if roles:
        admin = settings.admin_postgres_url.get_secret_value() or None
        owner = settings.postgres_url.get_secret_value()
        say(f"PostgreSQL roles: {', '.join(grant_roles(owner, roles, admin_url=admin))}")
    if users:
        kept = asyncio.run(grant_users(settings.redis_url.get_secret_value(), users))
        say(f"Redis users of: {', '.join(users)}")
        if not kept:
            say(
                "Redis keeps no file of its users (aclfile), so that they end with its next "
                "restart: give it one, or run this again after each."
            )


def _named(server: SecretStr, worker: SecretStr) -> dict[Service, str]:
    urls = {Service.SERVER: server.get_secret_value(), Service.WORKER: worker.get_secret_value()}
    return {service: url for service, url in urls.items() if url}


def _list_pending(names: list[str]) -> None:
    if names:
        raise CommandFailed(f"pending: {', '.join(names)}", code=Exit.FAILED)

"""`fiblab migrate`: the database's schema."""

from typing import Annotated

from cyclopts import App, Parameter
from rich.console import Console

from fiblab.cli.exits import CommandFailed, Exit
from fiblab.config import MigrateSettings, load

EXAMPLES = """Safe to run from many hosts at once; `FIBLAB_POSTGRES_URL` names the database.

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
    """Apply every migration that the database lacks; safe from many hosts at once.

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
    url = load(MigrateSettings).postgres_url.get_secret_value()
    try:
        if pending:
            _list_pending(migrations.pending(url))
        elif rollback:
            say(f"took back: {', '.join(migrations.rollback(url, rollback)) or 'nothing'}")
        else:
            say(f"applied: {', '.join(migrations.apply(url)) or 'nothing, it is up to date'}")
    except errors.MigrationFailed as failed:
        raise CommandFailed(
            str(failed), advice="Is FIBLAB_POSTGRES_URL right, and PostgreSQL running?"
        ) from failed


def _list_pending(names: list[str]) -> None:
    if names:
        raise CommandFailed(f"pending: {', '.join(names)}", code=Exit.FAILED)

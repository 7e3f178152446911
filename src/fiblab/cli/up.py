"""`fiblab up`: the whole lab on this machine."""

from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from fiblab.cli.exits import CommandFailed, Exit
from fiblab.config import ServerSettings, WorkerSettings, load

EXAMPLES = """Redis and PostgreSQL are started beside server and worker, on loopback, with passwords
of their own; what they hold is kept for the next run. A worker that is killed comes back.

    fiblab up
    fiblab up --ephemeral --port 0 --no-browser
    fiblab up --workers 2 --data-dir ~/lab

Stores that run already take the place of its own; their URLs hold passwords, so give them by
the environment:

    FIBLAB_REDIS_URL=rediss://… FIBLAB_POSTGRES_URL=postgresql://… fiblab up

Every setting of `fiblab config` holds here too, for example FIBLAB_VISIBILITY_TIMEOUT_S=2.
"""

app = App(help_epilogue=EXAMPLES, help_format="markdown")


@app.default
def up(  # noqa: PLR0913 - each is one independent choice, by name
    *,
    port: Annotated[int | None, Parameter(env_var="FIBLAB_PORT")] = None,
    host: Annotated[str, Parameter(env_var="FIBLAB_HOST")] = "127.0.0.1",
    workers: int = 1,
    browser: bool = True,
    ephemeral: Annotated[bool, Parameter(negative="")] = False,
    data_dir: Path | None = None,
    redis_url: Annotated[str | None, Parameter(env_var="FIBLAB_REDIS_URL")] = None,
    postgres_url: Annotated[str | None, Parameter(env_var="FIBLAB_POSTGRES_URL")] = None,
) -> int:
    """Start Redis, PostgreSQL, server, worker and page here; Ctrl-C ends them all.

    Parameters
    ----------
    port
        Of the page and the API; 0: any free one. Left out: 8000, or the next one that is free.
    host
        Address to listen on. Others than loopback let everybody on the network in.
    workers
        How many worker processes.
    browser
        Open the page once it answers.
    ephemeral
        Keep nothing: a temporary folder that is deleted at the end, and faster stores.
    data_dir
        Where data, passwords and logs are kept; the platform's data folder if left out.
    redis_url
        A Redis or Valkey that runs already: redis://, or rediss:// for TLS.
    postgres_url
        A PostgreSQL that runs already; ?sslmode=verify-full for TLS.

    """
    load(ServerSettings)
    load(WorkerSettings)
    if workers < 1:
        raise CommandFailed("--workers: write at least 1", code=Exit.USAGE)
    from fiblab.cli.lab_run import LabRun, Place, Stores
    from fiblab.embedded import EmbeddedError

    place = Place(host, port, open_browser=browser)
    stores = Stores(redis_url, postgres_url, data_dir, ephemeral=ephemeral)
    try:
        LabRun(place, stores, workers).run()
    except EmbeddedError as error:
        raise CommandFailed(str(error)) from error
    return Exit.OK

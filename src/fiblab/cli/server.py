"""`fiblab server`: one HTTP server process."""

from typing import Annotated

from cyclopts import App, Parameter

from fiblab.cli.exits import CommandFailed
from fiblab.config import ServerSettings, load

EXAMPLES = """It needs Redis and PostgreSQL: `fiblab config server` shows how to say where they are,
and `fiblab up` brings its own. Logs go to standard output, one JSON object a line. SIGTERM or
Ctrl-C ends it after what is in flight has been answered.

    FIBLAB_PORT=8080 fiblab server
"""

app = App(help_epilogue=EXAMPLES, help_format="markdown")


@app.default
def server(
    *, until_stdin_closes: Annotated[bool, Parameter(negative="", show=False)] = False
) -> None:
    """Run the HTTP server until SIGTERM or Ctrl-C, then answer what is in flight and end.

    Parameters
    ----------
    until_stdin_closes
        End also when standard input does: set by a supervisor that may itself be killed.

    """
    settings = load(ServerSettings)
    from fiblab.server.run import serve
    from fiblab.storage import UnfitRedis

    if until_stdin_closes:
        from fiblab.cli.parent import end_with_parent

        end_with_parent()
    try:
        serve(settings)
    except UnfitRedis as unfit:
        raise CommandFailed(str(unfit)) from unfit

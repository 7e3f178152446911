"""`fiblab worker`: one worker process."""

from typing import Annotated

from cyclopts import App, Parameter

from fiblab.cli.exits import CommandFailed
from fiblab.config import WorkerSettings, load

EXAMPLES = """Run as many as there are cores, on as many hosts as you like: they share the queue.
SIGTERM or Ctrl-C ends it; jobs in hand are finished or given back.

    fiblab worker
    FIBLAB_LANES=heavy fiblab worker
"""

app = App(help_epilogue=EXAMPLES, help_format="markdown")


@app.default
def worker(
    *, until_stdin_closes: Annotated[bool, Parameter(negative="", show=False)] = False
) -> None:
    """Run a worker until SIGTERM or Ctrl-C; jobs in hand are finished or given back.

    Parameters
    ----------
    until_stdin_closes
        End also when standard input does: set by a supervisor that may itself be killed.

    """
    settings = load(WorkerSettings)
    from fiblab.storage import UnfitRedis
    from fiblab.worker.run import work

    if until_stdin_closes:
        from fiblab.cli.parent import end_with_parent

        end_with_parent()
    try:
        work(settings)
    except UnfitRedis as unfit:
        raise CommandFailed(str(unfit)) from unfit

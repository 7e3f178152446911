"""`fiblab client`: npm in the client's folder."""

from typing import Annotated

from cyclopts import App, Parameter

from fiblab.cli.exits import CommandFailed, Exit
from fiblab.cli.node import CLIENT, run_npm

EXAMPLES = """For work on the page, from a clone:

    fiblab client run dev
    fiblab client test
    fiblab client run check
"""

app = App(help_epilogue=EXAMPLES, help_format="markdown")


@app.default
def client(*arguments: Annotated[str, Parameter(allow_leading_hyphen=True)]) -> int:
    """Run npm in client/ with a Node that is new enough.

    Parameters
    ----------
    arguments
        What npm takes: `run dev`, `test`, `run check`, ….

    """
    if not CLIENT.is_dir():
        raise CommandFailed(
            "the client's sources are not installed with the package",
            advice="Clone the repository and run ./fiblab client there.",
            code=Exit.USAGE,
        )
    return run_npm(*arguments)

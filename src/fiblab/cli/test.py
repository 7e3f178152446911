"""`fiblab test`: the project's own tests, from a clone."""

import subprocess
import sys
from typing import Annotated

from cyclopts import App, Parameter

from fiblab.cli.exits import CommandFailed, Exit
from fiblab.cli.node import CLIENT, ROOT, run_npm

EXAMPLES = """Real Redis and PostgreSQL are started and ended by the tests themselves, on loopback.
With arguments pytest alone runs, and they go to it:

    fiblab test
    fiblab test tests/unit -k digits
"""

#: How all tests share the cores: as many processes, each with stores of its own, a file at a time.
#: Most tests wait for real processes, so that they get done in little more than half the time. In
#: the order of the folders the long files come first, and the many short ones fill what is left.
#: Floods run before, alone: beside them another test would measure the flood.
SHARED = (
    *("-n", "auto", "--maxprocesses", "8"),
    *("--dist", "loadfile", "--no-loadscope-reorder"),
)

app = App(help_epilogue=EXAMPLES, help_format="markdown")


@app.default
def test(*arguments: Annotated[str, Parameter(allow_leading_hyphen=True)]) -> int:
    """Run every test of server, worker, queue and page, or those that the arguments choose.

    Parameters
    ----------
    arguments
        What pytest takes: paths, `-k`, `-x`, ….

    """
    if not (ROOT / "tests").is_dir():
        raise CommandFailed(
            "the tests are not installed with the package",
            advice="Clone the repository and run ./fiblab test there.",
            code=Exit.USAGE,
        )
    return _pytest(*arguments) if arguments else _everything()


def _everything() -> int:
    page = run_npm("test") if (CLIENT / "package.json").exists() else Exit.OK
    alone = _pytest("-m", "alone")
    shared = _pytest(*SHARED, "-m", "not alone")
    return alone or shared or page


def _pytest(*arguments: str) -> int:
    command = [sys.executable, "-m", "pytest", *arguments]
    return subprocess.run(command, cwd=ROOT, check=False).returncode  # noqa: S603 - our own pytest

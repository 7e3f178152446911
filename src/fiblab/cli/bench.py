"""`fiblab bench`: how fast it is beside its peers, from a clone."""

import subprocess
import sys
from typing import Annotated

from cyclopts import App, Parameter

from fiblab.cli.exits import CommandFailed, Exit
from fiblab.cli.node import ROOT

EXAMPLES = """The peers are installed from the registries when they are first needed, each into an
environment of its own under `.bench/`. Give it an idle machine: all of it takes about an hour.

    fiblab bench                     # everything, then the page docs/reference/performance.md
    fiblab bench http --rounds 9
    fiblab bench check               # in two minutes: has a ratio got worse than it was?
    fiblab bench report              # the page and its plots once more, from what was measured
    fiblab bench check --keep        # hold later checks against what is measured now
"""

app = App(help_epilogue=EXAMPLES, help_format="markdown")


@app.default
def bench(*arguments: Annotated[str, Parameter(allow_leading_hyphen=True)]) -> int:
    """Measure fiblab and its peers side by side, taking turns on this machine.

    Parameters
    ----------
    arguments
        What to measure: `http`, `queue`, `fibonacci`, `start`, `page`, `growth`, several of these,
        or nothing for all; or `check`, or `report`. Options: `--rounds N`, `--quick`
        (only show that it runs), `--into DIR` (where figures go), `--keep` (for `check`).

    """
    if not (ROOT / "benchmarks").is_dir():
        raise CommandFailed(
            "the benchmarks are not installed with the package",
            advice="Clone the repository and run ./fiblab bench there.",
            code=Exit.USAGE,
        )
    command = [sys.executable, "-m", "benchmarks", *arguments]
    return subprocess.run(command, cwd=ROOT, check=False).returncode  # noqa: S603 - our own package

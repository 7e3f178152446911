"""The table of commands, and how each of them ends."""

import sys
from collections.abc import Sequence
from typing import NoReturn

from cyclopts import App, CycloptsError

from fiblab import __version__
from fiblab.cli.exits import CommandFailed, Exit
from fiblab.config import BadSettings

#: Command -> its line in the help; its module is imported when it runs.
COMMANDS = {
    "up": "Start the whole lab here: Redis, PostgreSQL, worker, server and page.",
    "get": "Ask for a Fibonacci number, and wait for it if you like.",
    "queue": "Look into the queue: depth, jobs, dead letters; pause, requeue, discard.",
    "doctor": "Check what this machine has and what a running lab needs; say what to do.",
    "server": "Run the HTTP server alone, configured by the environment.",
    "worker": "Run one worker alone, configured by the environment.",
    "migrate": "Bring the database's schema up to date, or back.",
    "config": "Show each service's settings, or check those of this environment.",
    "test": "Run the tests, those on real stores and in a real browser included.",
    "bench": "Measure it beside its peers: requests, queue, numbers, start, page, growth.",
    "lab": "Run an experiment: see a guarantee hold, and break without its pattern.",
    "chaos": "Break a system of its own, under load, and check that nothing is lost or wrong.",
    "explore": "Try every interleaving of a few clients and workers on the real Lua scripts.",
    "client": "Run npm for the page, with a Node that is new enough.",
}

#: Commands of the lab, which lies above this layer and is no part of a production image.
OF_THE_LAB = {
    "lab": "fiblab.lab.commands.lab",
    "chaos": "fiblab.lab.chaos.command",
    "explore": "fiblab.lab.exploration.command",
}

HELP = """The Fibonacci Learning Lab: slow work taken out of a request, on real parts.

Start with `fiblab up`, open the page that it names, and ask for F(100,000,000). Then, in
another terminal, `fiblab get 40 --wait` and `fiblab queue depth`.
"""

EXIT_CODES = """Exit codes: 0 done · 1 failed · 2 wrong usage or setting · 3 not reached ·
4 accepted but not finished · 5 given up (dead letter) · 130 interrupted.
"""


def build_app() -> App:
    """Make the command line; commands' modules are named, not imported."""
    app = App(
        name="fiblab",
        help=HELP,
        help_epilogue=EXIT_CODES,
        version=__version__,
        help_format="markdown",
        suppress_keyboard_interrupt=False,
        exit_on_error=False,
        result_action="return_value",
    )
    for place, (name, line) in enumerate(COMMANDS.items()):
        module = OF_THE_LAB.get(name, f"fiblab.cli.{name}")
        app.command(f"{module}:app", name=name, help=line, sort_key=place)
    return app


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run one command and exit with its code."""
    sys.exit(run(arguments))


def run(arguments: Sequence[str] | None = None) -> int:
    """Run one command; what went wrong goes to standard error, in a sentence, with what to do."""
    try:
        code = build_app()(arguments)
    except CycloptsError:
        return Exit.USAGE
    except CommandFailed as failed:
        _complain(str(failed), failed.advice)
        return failed.code
    except BadSettings as bad:
        _complain(str(bad), "`fiblab config` lists every setting with its default.")
        return Exit.USAGE
    except KeyboardInterrupt:
        return 130
    return code if isinstance(code, int) else Exit.OK


def _complain(message: str, advice: str) -> None:
    lines = [f"fiblab: {message}", *([f"  {advice}"] if advice else [])]
    print(*lines, sep="\n", file=sys.stderr)

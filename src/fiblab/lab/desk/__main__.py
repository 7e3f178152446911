"""Run the desk: a server with the lab's calls, as a child of `fiblab up`.

python -m fiblab.lab.desk --data-dir PATH --control FD [--until-stdin-closes]

Its settings are those of `fiblab server`, from the environment.
"""

import argparse
import asyncio
import sys
from functools import partial
from pathlib import Path

from blacksheep.server.routing import Router

from fiblab.bootstrap import run_service
from fiblab.cli.parent import end_with_parent
from fiblab.config import BadSettings, ServerSettings, load
from fiblab.lab.desk.catalogue import begin_describing, described
from fiblab.lab.desk.control import Control
from fiblab.lab.desk.gate import LabGate
from fiblab.lab.desk.journal import Journal
from fiblab.lab.desk.routes import LabParts, add_lab
from fiblab.lab.desk.runs import Runs
from fiblab.server.run import serve_until_stopped
from fiblab.server.surroundings import Surroundings
from fiblab.storage import UnfitRedis


def main() -> None:
    """Serve until SIGTERM or SIGINT; the run under way is ended, and nothing is left of it."""
    options = _options()
    if options.until_stdin_closes:
        end_with_parent()
    try:
        settings = load(ServerSettings)
        begin_describing()
        run_service(settings, partial(_serve, settings, options.data_dir, options.control))
    except (BadSettings, UnfitRedis) as bad:
        sys.exit(f"fiblab: {bad}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m fiblab.lab.desk", description=__doc__)
    parser.add_argument("--data-dir", type=Path, required=True, help="the data folder of `up`")
    parser.add_argument("--control", type=int, required=True, help="the socket that `up` hands on")
    parser.add_argument("--until-stdin-closes", action="store_true", help="end with the parent")
    return parser.parse_args()


async def _serve(settings: ServerSettings, data_dir: Path, control_fd: int) -> None:
    # Else the first page that asks would wait for the experiments.
    loading = asyncio.create_task(asyncio.to_thread(described))
    journal = Journal(data_dir)
    runs, control = Runs(journal), Control(control_fd)
    parts = LabParts(LabGate(settings.host), journal, runs, control)

    def add_more(router: Router, surroundings: Surroundings) -> None:
        add_lab(router, surroundings, parts)

    try:
        await serve_until_stopped(settings, add_more)
    finally:
        await runs.close()
        control.close()
        await asyncio.gather(loading, return_exceptions=True)  # who asked was told what failed


if __name__ == "__main__":
    main()

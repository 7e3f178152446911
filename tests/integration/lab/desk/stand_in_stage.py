"""In the place of `fiblab.lab.stage`: takes its arguments, and tells lines as one does.

What it does after the first lines is its experiment's seed: see `ENDINGS`.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

SEEDS = {"ends": 1, "waits": 2, "deaf": 3, "crashes": 4, "babbles": 5}
PARENTS_SETTINGS = [name for name in os.environ if name.startswith("FIBLAB_")]


def tell(**line: object) -> None:
    """Write one line."""
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def ends(options: argparse.Namespace) -> None:
    """Judge, and write a bundle."""
    checks = [("with", True), ("without", False)]
    for arm, holds in checks:
        tell(type="check", arm=arm, id="nothing-lost", says="…", holds=holds, evidence=["a job"])
    options.bundle.write_text(json.dumps({"format": 1, "run": options.run}))
    tell(type="end", outcome="valid", why="It held.")


def waits(_options: argparse.Namespace) -> None:
    """Go on until SIGTERM, and heal."""
    signal.sigwait({signal.SIGTERM})
    tell(type="healed", arm="with", text="all faults are undone")
    sys.exit(128 + signal.SIGTERM)


def deaf(_options: argparse.Namespace) -> None:
    """Go on whatever comes, with a child that goes on, too."""
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"]) as child:
        tell(type="stage", arm="with", text=f"child {child.pid}")
        while True:
            time.sleep(600)


def crashes(_options: argparse.Namespace) -> None:
    """End without a verdict."""
    sys.exit("out of luck")


def babbles(_options: argparse.Namespace) -> None:
    """Write what is no line of a run, and go on."""
    sys.stdout.write("what is this?\n")
    sys.stdout.flush()
    signal.sigwait({signal.SIGTERM})


ENDINGS = {SEEDS[ending.__name__]: ending for ending in (ends, waits, deaf, crashes, babbles)}


def main() -> None:
    """Tell how the run began, and do what its seed says."""
    parser = argparse.ArgumentParser()
    parser.add_argument("experiment")
    parser.add_argument("--seed", type=int)
    parser.add_argument("--run")
    parser.add_argument("--choice", type=int)
    parser.add_argument("--bundle", type=Path)
    options = parser.parse_args()
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    tell(type="begin", run=options.run, choice=options.choice, settings=PARENTS_SETTINGS)
    tell(type="stage", arm="with", text="starting Redis and PostgreSQL")
    ENDINGS[options.seed](options)


if __name__ == "__main__":
    main()

"""A run in a process of its own, as the page's desk starts it; `fiblab lab run` is for people.

python -m fiblab.lab.stage crash --seed 7 --run crash-7 --choice 2 --bundle PATH

Each line of the run goes to standard output as one JSON object, as it comes. The exit status is 0
valid, 1 broken, 2 unclear. SIGTERM heals and ends everything that the run has started.
"""

import argparse
import sys
from pathlib import Path

import msgspec

from fiblab.lab.experiments.registry import experiment
from fiblab.lab.stage.bundle import write
from fiblab.lab.stage.lines import EXIT_STATUS, Line
from fiblab.lab.stage.run import new_order, play_alone


def main() -> None:
    """Play one run, both arms of it."""
    options = _options()
    order = new_order(
        experiment(options.experiment),
        seed=options.seed,
        twin=True,
        run=options.run,
        choice=options.choice,
    )
    bundle = play_alone(order, _print)
    if options.bundle is not None:
        write(bundle, options.bundle)
    sys.exit(EXIT_STATUS[bundle.outcome])


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("experiment")
    parser.add_argument("--seed", type=int)
    parser.add_argument("--run", default="")
    parser.add_argument("--choice", type=int)
    parser.add_argument("--bundle", type=Path)
    return parser.parse_args()


def _print(line: Line) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(line) + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()

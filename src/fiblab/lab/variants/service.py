"""A server or worker without some of its patterns, as a process of its own.

python -m fiblab.lab.variants.service --without "pop without lease" worker --until-stdin-closes
"""

import argparse
from collections.abc import Sequence

from fiblab.cli import main
from fiblab.lab.variants.ablation import all_applied
from fiblab.lab.variants.catalogue import ablation


def run(arguments: Sequence[str] | None = None) -> None:
    """Run the command that follows the patterns which are taken away; it ends the process.

    Raises KeyError for a pattern that the catalogue does not have.
    """
    parser = argparse.ArgumentParser()
    parser.add_argument("--without", action="append", default=[])
    known, command = parser.parse_known_args(arguments)
    with all_applied([ablation(name) for name in known.without]):
        main(command)


if __name__ == "__main__":
    run()

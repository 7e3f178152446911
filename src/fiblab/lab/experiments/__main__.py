"""Print every experiment in words, as JSON, in the order in which they teach.

python -m fiblab.lab.experiments

For the desk, a server that has no need of the code itself. Ends with NO_LAB where what that
imports is not installed.
"""

import os
import sys

import msgspec

from fiblab.lab.desk.catalogue import NO_LAB

#: How far this process steps back: a lab that has just started needs the cores for its answers.
STEPS_BACK = 10


def main() -> None:
    """Describe them all, with the answers to their predictions."""
    os.nice(STEPS_BACK)
    try:
        from fiblab.lab.experiments.registry import EXPERIMENTS  # noqa: PLC0415 - may not be there
    except ModuleNotFoundError as missing:
        if (missing.name or "").startswith("fiblab"):
            raise
        sys.exit(NO_LAB)
    told = [one.described(with_answer=True) for one in EXPERIMENTS]
    sys.stdout.buffer.write(msgspec.json.encode(told))


if __name__ == "__main__":
    main()

"""`python -m fiblab.lab.exploration`."""

import sys

from fiblab.lab.exploration.command import app

if __name__ == "__main__":
    sys.exit(app())

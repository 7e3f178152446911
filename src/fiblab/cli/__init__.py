"""The command line: one command a file, and the table that names them.

A command's module is imported when the command is run, not before: `fiblab --help`
and `fiblab get` start fast, and a production server never imports what only the
laptop's `up` needs.
"""

from fiblab.cli.app import main, run

__all__ = ["main", "run"]

"""`python -m fiblab` is the command line."""

from fiblab.cli import main

main()

"""How fast fiblab is beside the peers that one would pick instead: `python -m benchmarks --help`."""

"""How fast fiblab is beside the peers that one would pick instead: `fiblab bench --help`."""

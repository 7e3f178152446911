"""The peers: what locks each of them, and the programs that run there."""

"""What all benchmarks share: turns, cores, processes, stores, the peers' environments, reports."""

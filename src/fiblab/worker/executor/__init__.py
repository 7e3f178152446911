"""Computing in child processes, which can be killed: at a time limit, or when nobody waits."""

"""What the services say about themselves: log lines, metrics, and the ids that tie them."""

"""What a worker does beside jobs, so that nothing that was accepted is ever forgotten."""

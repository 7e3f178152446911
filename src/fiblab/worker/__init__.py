"""The worker: takes jobs off the queue and stores the values that they ask for."""

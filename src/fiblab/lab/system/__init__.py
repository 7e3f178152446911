"""A system of the lab's own: real stores and services, each way between them open to faults."""

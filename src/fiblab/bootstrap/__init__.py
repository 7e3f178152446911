"""The composition root: what each service is made of, and how its process runs."""

from fiblab.bootstrap.parts import (
    ServerParts,
    WorkerParts,
    open_server_parts,
    open_worker_parts,
)
from fiblab.bootstrap.process import report_corruption, run_service
from fiblab.bootstrap.queue import open_queue

__all__ = [
    "ServerParts",
    "WorkerParts",
    "open_queue",
    "open_server_parts",
    "open_worker_parts",
    "report_corruption",
    "run_service",
]

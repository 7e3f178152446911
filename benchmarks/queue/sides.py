"""Who takes part: the worker's command line, how its jobs are submitted, and how many."""

import sys
from pathlib import Path
from typing import NamedTuple

from benchmarks.measuring.peers import ROOT, node, node_folder, python_of

OURS, ONE_A_CALL, SIXTEEN_A_CALL = "fiblab", "fiblab, one job a call", "fiblab, 16 jobs a call"


class Side(NamedTuple):
    """A queue with its worker in one configuration."""

    worker: list[str]
    submitter: list[str]
    """Followed by how, and how many."""
    folder: Path
    """Where both are started."""
    drained: int
    """Jobs of one drain: a second or more of work, and enough that its ends do not count."""
    waited: int = 100
    """Jobs of which each is waited for."""
    kind: str = ""
    forks: bool = False
    """Whether another process than the worker's own does its jobs."""
    batches: bool = False
    """Whether its client can submit many jobs in one call."""
    submits: bool = True
    """Whether submitting is measured here, and not at another side of the same client."""


def all_sides() -> dict[str, Side]:
    """Make the environments of all peers, and say how each is run."""
    return {**our_sides(), **_node_sides(), **_python_sides()}


def our_sides() -> dict[str, Side]:
    """Give our own queue with 64, 16 and one job a call."""
    submitter = [sys.executable, "-m", "benchmarks.peers.queues.by_fiblab"]

    def ours(limit: int, drained: int, *, submits: bool) -> Side:
        worker = [*submitter, "worker", str(limit)]
        return Side(worker, submitter, ROOT, drained, 500, batches=True, submits=submits)

    return {
        OURS: ours(64, 100_000, submits=True),
        SIXTEEN_A_CALL: ours(16, 50_000, submits=False),
        ONE_A_CALL: ours(1, 10_000, submits=False),
    }


def _node_sides() -> dict[str, Side]:
    folder = node_folder()

    def peer(program: str, concurrency: int, drained: int) -> Side:
        submitter = [str(node()), f"{program}.js"]
        worker = [*submitter, "worker", str(concurrency)]
        submits = concurrency == 1
        return Side(worker, submitter, folder, drained, 500, batches=True, submits=submits)

    return {
        "bee-queue, concurrency 50": peer("bee_queue", 50, 30_000),
        "bee-queue, concurrency 1": peer("bee_queue", 1, 6_000),
        "BullMQ, concurrency 50": peer("bullmq", 50, 20_000),
        "BullMQ, concurrency 1": peer("bullmq", 1, 6_000),
    }


def _python_sides() -> dict[str, Side]:
    def peer(  # noqa: PLR0913 - each is one independent choice
        name: str,
        command: str,
        drained: int = 3_000,
        *,
        waited: int = 100,
        kind: str = "",
        forks: bool = False,
        batches: bool = False,
        submits: bool = True,
    ) -> Side:
        python = str(python_of(name))
        program, *words = command.split()
        worker = [python, str(Path(python).with_name(program)), *words]
        submitter = [python, "-m", f"benchmarks.peers.queues.by_{name}"]
        return Side(worker, submitter, ROOT, drained, waited, kind, forks, batches, submits)

    here = "benchmarks.peers.queues"
    celery = f"celery -A {here}.by_celery worker --loglevel ERROR --without-gossip"
    celery += " --without-mingle --without-heartbeat --pool"
    rq = "rq worker --quiet --worker-class"
    arq = f"arq {here}.by_arq"
    taskiq = f"taskiq worker --workers 1 --no-parse --log-level ERROR {here}.by_taskiq:broker"
    return {
        "Celery, prefork": peer("celery", f"{celery} prefork --concurrency 1", forks=True),
        "Celery, solo": peer("celery", f"{celery} solo", submits=False),
        "RQ, fork": peer("rq", f"{rq} rq.Worker", 60, waited=20, forks=True, batches=True),
        "RQ, simple": peer("rq", f"{rq} rq.SimpleWorker", 500, submits=False),
        "arq, default": peer("arq", f"{arq}.Default", 500, waited=10),
        "arq, tuned": peer("arq", f"{arq}.Tuned", submits=False),
        "dramatiq": peer("dramatiq", f"dramatiq --processes 1 --threads 8 {here}.by_dramatiq"),
        "huey": peer("huey", f"huey_consumer {here}.jobs_of_huey.huey -w 4 -k thread -n -q"),
        "taskiq, list": peer("taskiq", taskiq, kind="list"),
        "taskiq, stream": peer("taskiq", taskiq, kind="stream"),
        "saq": peer("saq", f"saq {here}.by_saq.settings"),
        "streaq": peer("streaq", f"streaq run {here}.by_streaq:worker", batches=True),
    }

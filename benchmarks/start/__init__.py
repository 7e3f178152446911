"""`./fiblab up`: from a fresh clone on an empty machine, and again; and what its processes hold.

Method. Each cold start has a clone of its own, of what is committed, and folders of its own in
place of the data and of pip's and npm's caches: all that is needed is downloaded, unpacked, built
and begun. It is over when the page answers 200. The warm starts are of the last of these clones, on
the data of the start before. Memory is looked at when nothing has been asked for some seconds.
"""

import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from time import sleep

from benchmarks.measuring.lab import SERVER, WORKER, lab
from benchmarks.measuring.options import Options
from benchmarks.measuring.peers import ROOT
from benchmarks.measuring.processes import rss_mb
from benchmarks.measuring.report import Measurement, Report
from benchmarks.measuring.turns import take_turns
from fiblab import __version__

OURS = "fiblab"

#: Cold starts take half a minute; warm ones are over at once.
COLD_ROUNDS, WARM_ROUNDS = 3, 9

#: Seconds without a request until a system counts as idle.
IDLE_S = 3.0

NOTES = """\
No peer: the limits are absolute, for a machine like this one.
Cold: pip's and npm's caches are empty; the package indexes are those that this machine is set to \
ask, and one that is near is faster than the internet.
Python and git are there; of Redis the system's is taken if there is one.
Memory is the resident set in units of 10^6 bytes, with the pages that are shared. The server is \
the lab's own, with the desk; the worker is counted without the process that computes for it.
""".splitlines()


def run(options: Options) -> Report:
    """Start it cold, then warm, and look at its memory."""
    cold_rounds = 1 if options.quick else options.rounds or COLD_ROUNDS
    warm_rounds = 1 if options.quick else options.rounds or WARM_ROUNDS
    with tempfile.TemporaryDirectory(prefix="fiblab-start-") as name:
        folder = Path(name)
        figures = take_turns({OURS: partial(cold_start, folder)}, cold_rounds)
        figures |= take_turns({OURS: partial(warm_start, folder)}, warm_rounds)
    return Report.of(
        "start",
        rounds=warm_rounds,
        versions={OURS: __version__},
        measurements=[
            Measurement(what, "s" if what.endswith("start") else "MB", "less", sides)
            for what, sides in figures.items()
        ],
        notes=[*NOTES, f"{cold_rounds} cold starts, {warm_rounds} warm ones."],
    )


def cold_start(folder: Path) -> Mapping[str, float]:
    """Clone into an emptied folder, and start there without any cache."""
    shutil.rmtree(folder)
    command = ["git", "clone", "--quiet", "--depth", "1", ROOT.as_uri(), str(folder / "clone")]
    subprocess.run(command, check=True)  # noqa: S603 - clones the clone that this is
    caches = {
        "PIP_CACHE_DIR": str(folder / "pip"),
        "NPM_CONFIG_CACHE": str(folder / "npm"),
    }
    with lab(folder / "clone", folder, env=caches) as running:
        return {"cold start": running.seconds}


def warm_start(folder: Path) -> Mapping[str, float]:
    """Start what was started before, and look at the memory of its services once they are idle."""
    with lab(folder / "clone", folder) as running:
        sleep(IDLE_S)
        worker = running.process(WORKER)
        computing = [rss_mb(child.pid) for child in worker.children(recursive=True)]
        return {
            "warm start": running.seconds,
            "memory of the server": rss_mb(running.process(SERVER).pid),
            "memory of a worker": rss_mb(worker.pid),
            "memory of a worker and what computes for it": rss_mb(worker.pid) + sum(computing),
        }

"""`fiblab up` as people start it, from any clone, with all that it keeps in a folder given."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

import httpx
import psutil

from benchmarks.measuring.processes import free_port, started

#: Seconds until the page must answer: a cold start downloads, too.
WITHIN_S = 300.0

#: For root's lab: its PostgreSQL runs as another user, who must reach its folder through this one.
PASSABLE = 0o711

#: What the command line of each service ends with or holds.
SERVER, WORKER = "fiblab.lab.desk", "fiblab worker"


class RunningLab(NamedTuple):
    """A lab whose page answers."""

    url: str
    seconds: float
    """From the command to the page's first answer."""
    pid: int

    def process(self, words: str) -> psutil.Process:
        """Find the one process of it whose command line has these words."""
        family = psutil.Process(self.pid).children(recursive=True)
        (found,) = [one for one in family if words in " ".join(one.cmdline())]
        return found


@contextmanager
def lab(
    clone: Path, kept_in: Path, *, core: int | None = None, env: Mapping[str, str] | None = None
) -> Iterator[RunningLab]:
    """Run `./fiblab up` of a clone until the block ends; no browser is opened.

    Raises NotReadyError.
    """
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command = [str(clone / "fiblab"), "up", "--no-browser", "--port", str(port)]
    command += ["--data-dir", str(kept_in / "data")]
    kept_in.chmod(PASSABLE)
    with httpx.Client(timeout=1.0) as client:
        begun = perf_counter()
        running = started(
            command,
            core=core,
            ready=partial(_answers, client, url),
            env={"XDG_STATE_HOME": str(kept_in / "state"), **(env or {})},
            cwd=clone,
            within_s=WITHIN_S,
        )
        with running as process:
            yield RunningLab(url, perf_counter() - begun, process.pid)


def _answers(client: httpx.Client, url: str) -> bool:
    try:
        return client.get(url).is_success
    except httpx.TransportError:
        return False

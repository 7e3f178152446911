"""A real Chromium for the page's tests: the system's, or one that npm carries."""

import json
import os
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from fiblab.cli.node import npm

#: The npm project that carries a browser, for machines that have none.
CARRIED = Path(__file__).parent / "browser"

#: No sandbox for root, who may not have one; nothing that looks for Google's hosts.
QUIET = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-sync",
    "--no-first-run",
    *(["--no-sandbox"] if os.geteuid() == 0 else []),
]

#: What the carried build, made for one small process, needs besides.
SMALL = ["--no-zygote", "--single-process"]


@dataclass(frozen=True)
class Browser:
    """How to start a browser."""

    executable: str
    args: list[str]
    environment: dict[str, str] = field(default_factory=dict)


def find() -> Browser:
    """Find the system's Chromium or Chrome, else unpack the one that npm carries.

    Raises OSError or CalledProcessError where neither is to be had.
    """
    for name in ("chromium", "chromium-browser", "google-chrome"):
        path = shutil.which(name)
        if path is not None:
            return Browser(path, QUIET)
    return _carried()


def _carried() -> Browser:
    subprocess.run(npm("ci"), cwd=CARRIED, check=True, capture_output=True)
    unpack = npm("exec", "--", "node", "unpack.js")
    shown = subprocess.run(unpack, cwd=CARRIED, check=True, capture_output=True, text=True).stdout
    how = json.loads(shown)
    return Browser(how["executable"], [*QUIET, *SMALL], {"LD_LIBRARY_PATH": how["libraries"]})

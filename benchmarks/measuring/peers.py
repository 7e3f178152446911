"""The peers' environments: each from its own lock file, kept in `.bench/` until that changes."""

import shutil
import subprocess
import sys
from functools import partial
from pathlib import Path

from launcher.parts import UNFINISHED, Part, hash_of, make
from launcher.tools import run

from fiblab.cli.node import npm

#: The clone, and the folder in it where environments are made; git ignores it.
ROOT = Path(__file__).parents[2]
MADE = ROOT / ".bench"
#: Lock files and the peers' programs.
PEERS = ROOT / "benchmarks" / "peers"


def python_of(name: str) -> Path:
    """Return the Python of a peer's environment, which has what `peers/NAME.txt` locks.

    Raises SetUpError when pip cannot install it.
    """
    lock, folder = PEERS / f"{name}.txt", MADE / name
    python = folder / "bin" / "python"
    part = Part(
        doing=f"installing {name}, which fiblab is measured against",
        stamp=folder / "fiblab-packages",
        fits=(hash_of([lock]),),
        make=partial(_make_environment, lock, folder),
        product=python,
    )
    make([part])
    return python


def _make_environment(lock: Path, folder: Path, part: Part) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    part.write_stamp(UNFINISHED)
    run([sys.executable, "-m", "venv", str(folder)], ROOT, None)
    pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "--disable-pip-version-check"]
    run([*pip, "--no-deps", "--no-input", "--require-hashes", "-r", str(lock)], ROOT, None)


def node_folder() -> Path:
    """Return the folder with the Node peers' programs beside what `peers/node` locks.

    Raises SetUpError when npm cannot install it.
    """
    source, folder = PEERS / "node", MADE / "node"
    locked = [source / name for name in ("package.json", "package-lock.json", ".npmrc")]
    modules = folder / "node_modules"
    part = Part(
        doing="installing the Node programs that fiblab is measured against",
        stamp=folder / "fiblab-packages",
        fits=(hash_of(locked),),
        make=partial(_install_node_peers, locked, folder),
        product=modules,
    )
    make([part])
    for program in source.glob("*.js"):
        shutil.copy2(program, folder)
    return folder


def _install_node_peers(locked: list[Path], folder: Path, part: Part) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    part.write_stamp(UNFINISHED)
    for file in locked:
        shutil.copy2(file, folder)
    run(npm("ci", "--no-audit", "--no-fund"), folder, None)


def node() -> Path:
    """Return the Node that runs the peers: the one that builds the page."""
    return Path(npm()[0]).parent / "node"


def python_version(name: str, package: str) -> str:
    """Return the version of a package in a peer's environment."""
    program = f"import importlib.metadata as m; print(m.version({package!r}))"
    return _output([str(python_of(name)), "-c", program])


def node_version(package: str) -> str:
    """Return the version of a package among the Node peers, or of Node itself for `node`."""
    if package == "node":
        return _output([str(node()), "--version"]).removeprefix("v")
    program = "console.log(JSON.parse(require('fs').readFileSync(process.argv[1])).version)"
    manifest = node_folder() / "node_modules" / package / "package.json"
    return _output([str(node()), "-e", program, str(manifest)])


def _output(command: list[str]) -> str:
    done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - asks what was installed
    return done.stdout.strip()

"""Who computes F(n) as text: fiblab, with and without its compiled kernel, and its peers."""

import os
import shutil
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import NamedTuple

import msgspec
from launcher.parts import UNFINISHED, Part, hash_of, make
from launcher.tools import SetUpError, run

from benchmarks.measuring.peers import MADE, ROOT, python_of

OURS, WITH_KERNEL = "fiblab", "fiblab with the kernel"

#: gmpy2 once more, under another name: how far it is from itself is the noise of the run.
CONTROL = "gmpy2, again"

#: What the kernel is built from.
KERNEL_SOURCES = {".c", ".h", ".py", ".toml"}


class Side(NamedTuple):
    """A program of `benchmarks/peers/fibonacci`, and the Python that runs it."""

    program: str
    python: Path
    path: Path | None = None
    """A folder of packages besides those of that Python."""


class Taken(msgspec.Struct):
    """What such a program prints: milliseconds, and the hash of the text."""

    cold: float
    warm: float
    digest: str


def all_sides() -> dict[str, Side]:
    """Make the environments of all sides; the kernel is left out where it cannot be built."""
    here = Path(sys.executable)
    sides = {OURS: Side("by_fiblab", here)}
    kernel = kernel_folder()
    if kernel is not None:
        sides[WITH_KERNEL] = Side("by_fiblab", here, kernel)
    return sides | {
        "gmpy2": Side("by_gmpy2", python_of("gmpy2")),
        "decimal": Side("by_decimal", here),
        "python-flint": Side("by_python_flint", python_of("python-flint")),
        "sympy": Side("by_sympy", python_of("sympy")),
        "cypari": Side("by_cypari", python_of("cypari")),
        CONTROL: Side("by_gmpy2", python_of("gmpy2")),
    }


def kernel_folder() -> Path | None:
    """Build the compiled kernel into a folder of its own; None where that fails, which is told."""
    source, folder = ROOT / "kernel", MADE / "kernel"
    if not source.is_dir():
        return None
    files = sorted(file for file in source.rglob("*") if file.suffix in KERNEL_SOURCES)
    part = Part(
        doing="building the compiled kernel",
        stamp=MADE / "kernel-stamp",
        fits=(hash_of(files),),
        make=partial(_build_kernel, source, folder),
        product=folder,
    )
    try:
        make([part])
    except SetUpError as failure:
        print(failure, file=sys.stderr)
        return None
    return folder


def _build_kernel(source: Path, folder: Path, part: Part) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    part.write_stamp(UNFINISHED)
    pip = [sys.executable, "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]
    run([*pip, "--no-deps", "--target", str(folder), str(source)], ROOT, None)


def take(side: Side, index: int, seconds: float) -> Taken:
    """Run a side's program. Raises CalledProcessError if it fails."""
    path = {} if side.path is None else {"PYTHONPATH": str(side.path)}
    module = f"benchmarks.peers.fibonacci.{side.program}"
    done = subprocess.run(  # noqa: S603 - a benchmark starts what it measures
        [str(side.python), "-m", module, str(index), str(seconds)],
        cwd=ROOT,
        env={**os.environ, **path},
        check=True,
        stdout=subprocess.PIPE,
    )
    return msgspec.json.decode(done.stdout, type=Taken)

"""The kernel, built from its sources into a wheel and taken from there."""

from __future__ import annotations

import importlib
import os
import shutil
import subprocess
import sys
import zipfile
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

SOURCES = Path(__file__).parents[3] / "kernel"

#: Builds the wheel of the current folder by its own backend, in the environment as it is: neither
#: pip nor a network takes part.
BUILD = "import sys; from setuptools import build_meta; build_meta.build_wheel(sys.argv[1])"


#: The first setuptools that builds wheels without another package.
SETUPTOOLS = 77


def obstacle() -> str | None:
    """Say what is missing on this machine for a build, if anything is."""
    if not any(shutil.which(name) for name in (os.environ.get("CC", "cc"), "gcc")):
        return "there is no C compiler: install gcc or clang to test the kernel"
    if int(version("setuptools").split(".")[0]) < SETUPTOOLS:
        return f"setuptools is too old: install {SETUPTOOLS} or later to test the kernel"
    return None


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder that the kernel's wheel is unpacked in."""
    if reason := obstacle():
        (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)
    folder = tmp_path_factory.mktemp("kernel")
    sources, site = folder / "sources", folder / "site"
    shutil.copytree(SOURCES, sources, ignore=shutil.ignore_patterns("build", "*.egg-info"))
    built = subprocess.run(
        [sys.executable, "-c", BUILD, str(folder)],
        cwd=sources,
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stdout + built.stderr
    (wheel,) = folder.glob("*.whl")
    zipfile.ZipFile(wheel).extractall(site)
    return site


@pytest.fixture(scope="package")
def kernel(site: Path) -> Iterator[ModuleType]:
    """Make the package `fiblab_kernel` importable, for the tests of this folder only."""
    sys.path.insert(0, str(site))
    try:
        yield importlib.import_module("fiblab_kernel")
    finally:
        sys.path.remove(str(site))
        for name in [name for name in sys.modules if name.split(".")[0] == "fiblab_kernel"]:
            del sys.modules[name]


@pytest.fixture(params=["avx2", "portable"])
def instructions(request: pytest.FixtureRequest, kernel: ModuleType) -> str:
    """Each code of the kernel that this machine can run."""
    name = str(request.param)
    if name not in {"portable", kernel.INSTRUCTIONS}:
        pytest.skip(f"this machine has no {name}")
    return name

"""Folders that the stores' own user can enter, and tiny programs to run as children."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from fiblab.embedded.data_dir import DataDir
from fiblab.embedded.process import ChildProcess, Command

#: Makes a child of a short Python program.
MakeChild = Callable[..., ChildProcess]


@pytest.fixture
def data_dir(folder: Path) -> Iterator[DataDir]:
    """Own a data folder that is kept from one start to the next."""
    with DataDir.open(folder / "data") as data_dir:
        yield data_dir


@pytest.fixture
def make_child(data_dir: DataDir) -> Iterator[MakeChild]:
    """Make children that run Python programs; what is left of them is killed after the test."""
    children = []

    def make(program: str, *arguments: str, name: str = "child", **options: object) -> ChildProcess:
        line = [sys.executable, "-c", program, *arguments]
        command = Command(name, line, **options)  # type: ignore[arg-type] # the test names fields
        child = ChildProcess(command, data_dir.log(name), data_dir.record)
        children.append(child)
        return child

    yield make
    for child in children:
        child.kill()


def has_ended(pid: int) -> bool:
    """Whether a process that is no child of ours has ended (one not yet reaped has)."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True

"""A wall clock that jumps: a library, compiled here, that is preloaded into a process."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

#: What is compiled.
SOURCE = Path(__file__).with_name("clock_shim.c")

#: Bytes of the shift in its file.
SHIFT_BYTES = 8


def compile_shim(folder: Path) -> Path:
    """Make the library; skips the test where there is no compiler of C, or no Linux."""
    compiler = shutil.which("cc")
    if compiler is None or not Path("/proc/self/exe").exists():
        pytest.skip("the clock is shifted by a library for Linux, which a compiler `cc` makes")
    library = folder / "clock_shim.so"
    strict = ("-O2", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC")
    subprocess.run([compiler, *strict, "-o", library, SOURCE], check=True)
    return library


class ShiftedClock:
    """The wall clock of the processes that are started with its environment."""

    def __init__(self, shim: Path, file: Path) -> None:
        self._file = file
        file.write_bytes(bytes(SHIFT_BYTES))
        self.environment = {"LD_PRELOAD": str(shim), "CLOCK_SHIM_FILE": str(file)}

    def jump(self, shift_s: int) -> None:
        """Set it that many seconds off the machine's time; in running processes too, at once."""
        with self._file.open("r+b", buffering=0) as file:
            file.write(shift_s.to_bytes(SHIFT_BYTES, sys.byteorder, signed=True))

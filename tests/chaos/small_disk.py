"""A disk of a few megabytes in memory, which tests fill and empty."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

#: Bytes that are written at once while filling: those of a page, the least that tmpfs gives.
PAGE_BYTES = 4_096

#: Where util-linux has them, also for those in whose PATH they are not.
MOUNT, UMOUNT = "/bin/mount", "/bin/umount"


class SmallDisk:
    """A folder that has a size; whoever is given room beside the filler loses it by `fill`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._filler = folder / "filler"

    def fill(self) -> None:
        """Leave no page free; what lies in pages that others hold already may still be written."""
        with self._filler.open("ab", buffering=0) as filler, suppress(OSError):
            while True:
                filler.write(bytes(PAGE_BYTES))
        assert os.statvfs(self.folder).f_bavail == 0

    def make_room(self) -> None:
        """Give all that was filled back."""
        self._filler.unlink()


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[SmallDisk]:
    """Mount one on a folder, and unmount it whatever happens; skips where that is not allowed."""
    options = f"size={megabytes}m,mode=0711"
    command = [MOUNT, "-t", "tmpfs", "-o", options, "fiblab-small-disk", str(folder)]
    allowed = os.geteuid() == 0 and Path(MOUNT).exists()
    if not allowed or subprocess.run(command, check=False, capture_output=True).returncode != 0:
        pytest.skip("only root, with CAP_SYS_ADMIN, may mount a disk of a given size, on Linux")
    try:
        yield SmallDisk(folder)
    finally:
        # Lazily: what still runs on it, a server that a failing test left, must not keep it.
        subprocess.run([UMOUNT, "--lazy", str(folder)], check=True)

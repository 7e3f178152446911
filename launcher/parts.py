"""A part of a set-up, and the stamp by which it is known to be whole."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from launcher.tools import say

#: What the stamp of a part says while that is being made.
UNFINISHED = "unfinished"


@dataclass
class Part:
    """One part of the set-up, whole when its stamp is one of `fits`; then made `fits[0]`."""

    doing: str
    stamp: Path
    fits: tuple[str, ...]
    make: Callable[["Part"], None]
    product: Path

    def stamped(self) -> str:
        """Return what the stamp says, or nothing."""
        return self.stamp.read_text() if self.stamp.is_file() else ""

    def is_whole(self) -> bool:
        """Whether there is nothing to do."""
        return self.stamped() in self.fits and self.product.exists()

    def write_stamp(self, text: str) -> None:
        """Say what it was made from; call it last."""
        self.stamp.parent.mkdir(parents=True, exist_ok=True)
        self.stamp.write_text(text)


def make(parts: list[Part]) -> None:
    """Make those parts that are not whole, in order."""
    for part in parts:
        if not part.is_whole():
            say(part.doing)
            part.make(part)
            part.write_stamp(part.fits[0])


def hash_of(files: list[Path]) -> str:
    """Hash the files' names and contents; one that is missing counts as such."""
    contents = [file.read_bytes() if file.is_file() else b"missing" for file in files]
    return fingerprint(*map(str, files), *contents)


def fingerprint(*texts: str | bytes) -> str:
    """Hash texts so that no two lists of them are alike."""
    digest = hashlib.sha256()
    for text in texts:
        data = text.encode() if isinstance(text, str) else text
        digest.update(b"%d " % len(data) + data)
    return digest.hexdigest()

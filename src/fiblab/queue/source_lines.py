"""Where each kind of transition is noted: the very line of Lua that a step of a timeline points to.

Read from the packaged scripts, so that a line which moves takes its links with it.
"""

import functools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files

_NOTE = re.compile(r"\bnote\('(\w+)'")

#: Parts come first: what is noted in a part is noted there for every script.
_FOLDERS = ("lua/parts", "lua")


@dataclass(frozen=True, slots=True)
class SourceLine:
    """A line of a file."""

    path: str
    """Relative to the package `fiblab`."""
    line: int
    """1 is the first."""


@functools.cache
def source_lines() -> Mapping[str, SourceLine]:
    """Find the line of each kind of transition; the first one where there are several."""
    lines: dict[str, SourceLine] = {}
    for kind, line in _notes():
        lines.setdefault(kind, line)
    return lines


def _notes() -> Iterator[tuple[str, SourceLine]]:
    for folder in _FOLDERS:
        inside = files("fiblab.queue").joinpath(folder).iterdir()
        scripts = [file for file in inside if file.name.endswith(".lua")]
        for script in sorted(scripts, key=lambda file: file.name):
            for number, text in enumerate(script.read_text("utf-8").splitlines(), start=1):
                code, _, _comment = text.partition("--")
                for kind in _NOTE.findall(code):
                    yield kind, SourceLine(f"queue/{folder}/{script.name}", number)

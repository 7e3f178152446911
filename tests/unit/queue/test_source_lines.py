"""Every kind of transition points to the line of Lua that notes it."""

import re
from collections import Counter
from importlib.resources import files

import pytest
from tests.unit.lua_source import lua_files

from fiblab.queue.source_lines import SourceLine, source_lines

FILES = [*lua_files("fiblab.queue"), *lua_files("fiblab.queue", "lua/parts")]
NOTED = Counter(kind for file in FILES for kind in re.findall(r"\bnote\('(\w+)'", file.read_text()))


def text_of(line: SourceLine) -> str:
    """Read a line of the package."""
    return files("fiblab").joinpath(line.path).read_text("utf-8").splitlines()[line.line - 1]


def test_every_kind_that_is_noted_has_its_line() -> None:
    """And nothing else has one."""
    assert source_lines().keys() == NOTED.keys()


@pytest.mark.parametrize("kind", sorted(NOTED))
def test_the_line_notes_the_kind(kind: str) -> None:
    """Whoever follows the link sees it happen, and there is no other place where it does."""
    assert f"note('{kind}'" in text_of(source_lines()[kind])
    assert NOTED[kind] == 1

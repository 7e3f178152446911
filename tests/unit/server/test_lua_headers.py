"""The server's Lua scripts say at their head what they take, return and write."""

import re
from importlib.resources import files
from pathlib import Path

import pytest

SCRIPTS = sorted(Path(str(files("fiblab.server") / "lua")).glob("*.lua"))

#: Lines of a script; a script is read in one look.
LONGEST = 80


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_head(script: Path) -> None:
    """The head names the script and what goes in and out, and all fits one look."""
    text = script.read_text()
    assert text.startswith(f"-- {script.stem}: ")
    for name in ("KEYS", "ARGV", "Returns", "Events"):
        assert re.search(rf"^-- {name}\s+\S", text, re.MULTILINE), name
    assert len(text.splitlines()) <= LONGEST


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_first_argument_of_a_value(script: Path) -> None:
    """Where the values' arguments begin, and how many each has, is what the head lists."""
    text = script.read_text()
    said = re.search(r"^-- ARGV\s+(.*?)\n-- Returns", text, re.MULTILINE | re.DOTALL)
    assert said is not None
    without_remarks = re.sub(r"\([^)]*\)|\n--", "", said[1])
    shared, each = without_remarks.split("then for each value:")
    shared = shared.rstrip(", \n")
    numbers = re.search(r"local FIRST_VALUE, STEP = (\d+), (\d+)", text)
    assert numbers is not None
    assert int(numbers[1]) == len(shared.split(",")) + 1
    assert int(numbers[2]) == len(each.split(","))


def test_the_scripts_are_found() -> None:
    """Without any, the tests above would say nothing."""
    assert {script.stem for script in SCRIPTS} == {"admit", "look_up"}

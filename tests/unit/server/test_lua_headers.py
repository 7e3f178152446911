"""The server's Lua scripts say at their head what they take and which events they write."""

import re
from pathlib import Path

import pytest
from tests.unit.lua_source import head_and_body, lua_files, section

SCRIPTS = lua_files("fiblab.server")


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_head_tells_of_events(script: Path) -> None:
    """Whoever reads the stream finds here what may be written to it."""
    head, _ = head_and_body(script)

    assert section(head, "Events")


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

"""The store's Lua scripts say at their head what they take, and their bodies take just that."""

import re
from pathlib import Path

import pytest
from tests.unit.lua_source import head_and_body, listed, lua_files, section

SCRIPTS = lua_files("fiblab.storage")


@pytest.fixture(params=SCRIPTS, ids=lambda script: script.stem)
def script(request: pytest.FixtureRequest) -> Path:
    """Take each script in turn."""
    path = request.param
    assert isinstance(path, Path)
    return path


def test_the_keys_in_use_are_the_keys_documented(script: Path) -> None:
    """`KEYS  values, marker` is `local values_key, marker_key = KEYS[1], KEYS[2]`."""
    head, body = head_and_body(script)
    names = listed(section(head, "KEYS"))

    left = ", ".join(f"{name}_key" for name in names)
    right = ", ".join(f"KEYS[{n}]" for n in range(1, len(names) + 1))
    assert f"local {left} = {right}\n" in body
    assert len(re.findall(r"KEYS\[", body)) == len(names)


def test_the_arguments_in_use_are_as_many_as_documented(script: Path) -> None:
    """A last one that begins with "then" stands for all the rest, taken in a loop."""
    head, body = head_and_body(script)
    documented = listed(section(head, "ARGV"))
    several = [words for words in documented if words.startswith("then ")]
    single = len(documented) - len(several)

    used = [int(number) for number in re.findall(r"ARGV\[(\d+)\]", body)]
    assert used == list(range(1, single + 1))
    assert several == documented[single:]
    assert ("#ARGV" in body) == bool(several)
    if several:
        assert re.search(rf", FIRST_\w+ = .*\b{single + 1}$", body, re.MULTILINE)

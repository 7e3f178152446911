"""The Lua scripts say at their head what they take, and their bodies take just that."""

import re
from importlib.resources import files
from pathlib import Path

import pytest

SCRIPTS = sorted(Path(str(files("fiblab.storage") / "lua")).glob("*.lua"))

#: Lines of a script; a script is read in one look.
LONGEST = 80


def head_and_body(script: Path) -> tuple[str, str]:
    """Split at the first line that is no comment."""
    lines = script.read_text().splitlines()
    end = next(n for n, line in enumerate(lines) if not line.startswith("--"))
    return "\n".join(lines[:end]), "\n".join(lines[end:])


def section(head: str, name: str) -> str:
    """Return what the head says under this name, continuation lines joined."""
    found = re.search(rf"^-- {name}\s+(.*(?:\n--\s{{9,}}.*)*)", head, re.MULTILINE)
    assert found, f"the head has no {name}"
    return re.sub(r"\n--\s+", " ", found[1])


def documented_keys(head: str) -> list[str]:
    """Name the keys that the head documents, in order."""
    without_types = re.sub(r"\([^)]*\)", "", section(head, "KEYS"))
    return [name.strip() for name in without_types.split(",")]


def documented_arguments(head: str) -> list[str]:
    """Return what the head says of each argument, in order."""
    without_remarks = re.sub(r"\([^)]*\)", "", section(head, "ARGV"))
    said = [words.strip() for words in without_remarks.split(",")]
    return [] if said == ["none"] else said


@pytest.fixture(params=SCRIPTS, ids=lambda script: script.stem)
def script(request: pytest.FixtureRequest) -> Path:
    """Take each script in turn."""
    path = request.param
    assert isinstance(path, Path)
    return path


def test_the_scripts_are_found() -> None:
    """Without any, the tests below would say nothing."""
    assert len(SCRIPTS) >= 5


def test_a_script_says_its_name_and_what_it_returns(script: Path) -> None:
    """The first line is `name: what it does`."""
    head, _ = head_and_body(script)

    assert head.startswith(f"-- {script.stem}: ")
    assert section(head, "Returns")


def test_the_keys_in_use_are_the_keys_documented(script: Path) -> None:
    """`KEYS  values, marker` is `local values_key, marker_key = KEYS[1], KEYS[2]`."""
    head, body = head_and_body(script)
    names = documented_keys(head)

    left = ", ".join(f"{name}_key" for name in names)
    right = ", ".join(f"KEYS[{n}]" for n in range(1, len(names) + 1))
    assert f"local {left} = {right}\n" in body
    assert len(re.findall(r"KEYS\[", body)) == len(names)


def test_the_arguments_in_use_are_as_many_as_documented(script: Path) -> None:
    """A last one that begins with "then" stands for all the rest, taken in a loop."""
    head, body = head_and_body(script)
    documented = documented_arguments(head)
    several = [words for words in documented if words.startswith("then ")]
    single = len(documented) - len(several)

    used = [int(number) for number in re.findall(r"ARGV\[(\d+)\]", body)]
    assert used == list(range(1, single + 1))
    assert several == documented[single:]
    assert ("#ARGV" in body) == bool(several)
    if several:
        assert re.search(rf", FIRST_\w+ = .*\b{single + 1}$", body, re.MULTILINE)


def test_a_script_is_short(script: Path) -> None:
    """It is read in one look."""
    assert len(script.read_text().splitlines()) <= LONGEST

"""Every Lua script says at its head what it is, what goes in and what comes out."""

from pathlib import Path

import pytest

from .lua_source import head_and_body, lua_files, section

PACKAGES = ("fiblab.queue", "fiblab.storage", "fiblab.server")

SCRIPTS = [script for package in PACKAGES for script in lua_files(package)]
PARTS = [part for package in PACKAGES for part in lua_files(package, "lua/parts")]

#: Lines of a file; it is read in one look.
LONGEST = 80


def name_of(path: Path) -> str:
    """Give `queue/claim.lua` for a path that ends in `queue/lua/claim.lua`."""
    return str(Path(*path.parts[path.parts.index("fiblab") + 1 :])).replace("lua/", "", 1)


@pytest.mark.parametrize("package", PACKAGES)
def test_scripts_are_found(package: str) -> None:
    """Without any, the tests below would say nothing."""
    assert lua_files(package)


@pytest.mark.parametrize("script", SCRIPTS, ids=name_of)
def test_head_names_the_script_and_what_goes_in_and_out(script: Path) -> None:
    """The first line is `name: what it does`; KEYS, ARGV and Returns follow."""
    head, _ = head_and_body(script)

    assert head.startswith(f"-- {script.stem}: ")
    for name in ("KEYS", "ARGV", "Returns"):
        assert section(head, name)


@pytest.mark.parametrize("part", PARTS, ids=name_of)
def test_part_begins_with_what_it_is(part: Path) -> None:
    """A part is pasted into scripts, and is read there without its file's name."""
    first = next(line for line in part.read_text().splitlines() if not line.startswith("--@"))

    assert first.startswith("-- ")


@pytest.mark.parametrize("file", [*SCRIPTS, *PARTS], ids=name_of)
def test_file_is_short(file: Path) -> None:
    """It is read in one look."""
    assert len(file.read_text().splitlines()) <= LONGEST

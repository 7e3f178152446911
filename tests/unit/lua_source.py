"""Reading Lua scripts as text: their heads, which say what they take, and their bodies."""

import re
from importlib.resources import files
from pathlib import Path


def lua_files(package: str, folder: str = "lua") -> list[Path]:
    """List the Lua files in a package's folder, each a script or, in `lua/parts`, a part."""
    return sorted(Path(str(files(package))).joinpath(folder).glob("*.lua"))


def head_and_body(script: Path) -> tuple[str, str]:
    """Split at the first line that is no comment, or that pastes a part."""
    lines = script.read_text().splitlines()
    is_head = [line.startswith("--") and not line.startswith("--@") for line in lines]
    end = is_head.index(False)
    return "\n".join(lines[:end]), "\n".join(lines[end:])


def section(head: str, name: str) -> str:
    """Return what the head says under this name, continuation lines joined."""
    found = re.search(rf"^-- {name}\s+(.*(?:\n--\s{{9,}}.*)*)", head, re.MULTILINE)
    assert found, f"the head has no {name}"
    return re.sub(r"\n--\s+", " ", found[1])


def listed(text: str) -> list[str]:
    """Part what a section lists at its commas, leaving out remarks in parentheses."""
    without_remarks = re.sub(r"\([^)]*\)", "", text)
    said = [words.strip() for words in without_remarks.split(",")]
    return [] if said == ["none"] else said


def constants(body: str) -> dict[str, str]:
    """Map each name that a body defines in one line, alone or with others, to its text."""
    defined: dict[str, str] = {}
    for names, values in re.findall(r"^local ([\w, ]+) = (.*)$", body, re.MULTILINE):
        defined |= dict(zip(names.split(", "), values.split(", "), strict=False))
    return defined

"""Which functions and commands a Lua script can reach, once its parts are pasted in."""

import re

from fiblab.redis import load_script

_FUNCTION = re.compile(r"^local function (\w+)\(.*?^end$", re.MULTILINE | re.DOTALL)
_COMMENT = re.compile(r"--.*$", re.MULTILINE)
_CALL = re.compile(r"(?:redis\.p?call|write_all)\('(\w+)'(?:, ([^,)]+))?")


#: Redis commands that only read.
READS = {"EXISTS", "GET", "HEXISTS", "HGET", "HGETALL", "HLEN", "HMGET"} | {
    "LINDEX",
    "LLEN",
    "LRANGE",
    "TIME",
    "ZCARD",
    "ZRANGE",
    "ZREVRANGE",
    "ZSCORE",
}


def main_and_functions(script: str) -> tuple[str, dict[str, str]]:
    """Part a queue script into what runs in any case, and its functions by name."""
    source = _COMMENT.sub("", load_script("fiblab.queue", script).source)
    functions = {found[1]: found[0] for found in _FUNCTION.finditer(source)}
    return _FUNCTION.sub("", source), functions


def reachable_text(script: str) -> str:
    """Return a queue script's main part and the functions that it calls, directly or not."""
    main, functions = main_and_functions(script)
    return _with_functions(main, functions)


def writes_from(script: str) -> tuple[str, str]:
    """Part the main part of a queue script at the first line that may write."""
    main, functions = main_and_functions(script)
    lines = main.splitlines(keepends=True)
    writing = [
        any(command not in READS for command, _ in called(_with_functions(line, functions)))
        for line in lines
    ]
    first = writing.index(True) if True in writing else len(lines)
    return "".join(lines[:first]), "".join(lines[first:])


def _with_functions(text: str, functions: dict[str, str]) -> str:
    """Add to a text the functions that it calls, directly or not."""
    left, reached = dict(functions), [text]
    for part in reached:
        reached += [left.pop(name) for name in re.findall(r"\b(\w+)\(", part) if name in left]
    return "\n".join(reached)


def called(text: str) -> list[tuple[str, str]]:
    """List the Redis commands in a text, each with its first argument as written."""
    return _CALL.findall(text)
